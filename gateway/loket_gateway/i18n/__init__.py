"""Languages and translated texts."""
