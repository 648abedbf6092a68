"""Other systems' interfaces, so that a portal that speaks one of them can switch without code.

Each is a translation: the same RPC calls, the same rules, other words.
Portals send an API key with the role `portal`.
"""
