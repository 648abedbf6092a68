"""The HTTP door: API and pages on one side, RPC on the other."""
