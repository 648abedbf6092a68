"""What nobody would think of sending, sent."""
