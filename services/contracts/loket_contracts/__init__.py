"""The published language of Loket: events, commands, error codes, figures, and the states of a visit."""
