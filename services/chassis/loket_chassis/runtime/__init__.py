"""Process, settings, logs, metrics and health of a service."""
