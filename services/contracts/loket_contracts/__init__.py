"""The published language of Loket: events, commands, error codes, figures and visit steps."""
