"""What can be asked of booking over RPC, by who asks. It translates and delegates; it holds no rule.

Moments cross the bus as RFC 3339 strings, dates as YYYY-MM-DD.
"""
