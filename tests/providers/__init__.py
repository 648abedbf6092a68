"""Providers of mail and SMS as processes of their own, over real sockets, that can be told to misbehave."""
