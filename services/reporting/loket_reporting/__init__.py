"""Figures: pseudonymous facts from events, aggregated in MongoDB."""
