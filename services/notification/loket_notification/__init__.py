"""Messages: listens to what happens to appointments, and writes to the resident about it."""
