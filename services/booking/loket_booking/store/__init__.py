"""How booking keeps what it knows, in MongoDB."""
