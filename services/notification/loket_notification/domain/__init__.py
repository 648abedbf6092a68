"""What is sent, to whom, when, and when no more: pure, without clock, store or network."""
