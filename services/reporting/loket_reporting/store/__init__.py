"""The repositories of reporting: facts, counts per day, and which projection is in use."""
