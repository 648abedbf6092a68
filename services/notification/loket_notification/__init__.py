"""Messages: consumes the events of appointments, and writes to residents and teams about them."""
