"""Interfaces of other systems, so that their portals can switch without new code.

Each translates to the same RPC calls and rules.
Portals send an API key with the role `portal`.
"""
