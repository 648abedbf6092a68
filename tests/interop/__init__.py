"""Clients of other systems' interfaces, written from what such clients send, against our translations of them."""
