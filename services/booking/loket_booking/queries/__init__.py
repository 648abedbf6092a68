"""What booking answers without changing anything."""
