"""The repositories of booking, on MongoDB."""
