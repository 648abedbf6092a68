"""Loket in containers, for real: `python -m tests.containers` builds the images, starts the stack and breaks it."""
