"""The pages of the desk: day, appointment, booking, closures, setup and administration."""
