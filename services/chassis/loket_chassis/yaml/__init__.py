"""Load YAML safely, and patch it in place."""
