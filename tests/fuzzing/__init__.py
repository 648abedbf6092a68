"""Requests that no client would think of sending."""
