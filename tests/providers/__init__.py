"""Providers of mail and SMS as processes of their own, over real sockets, that a test can make misbehave."""
