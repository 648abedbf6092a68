"""Channels: their interface, those that come with Loket, and the order in which they are tried."""
