"""Clients of other services, and what the gateway caches of their answers."""
