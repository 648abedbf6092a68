"""How a service runs: its command, its container, its startup and its probes."""
