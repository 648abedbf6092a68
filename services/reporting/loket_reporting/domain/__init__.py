"""Facts from events, counts from facts, figures from counts. Pure."""
