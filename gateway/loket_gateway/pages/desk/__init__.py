"""The pages of the desk: day, visit, booking, closures, setup and administration."""
