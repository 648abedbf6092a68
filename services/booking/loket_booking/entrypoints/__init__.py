"""The RPC methods of booking, by caller. They parse and delegate, and hold no rule.

Times cross the bus as RFC 3339 strings, dates as YYYY-MM-DD.
"""
