"""Demonstration data: a year of a fictitious municipality, simulated with the real use cases and a simulated clock.

Run `make demo-data`.
"""
