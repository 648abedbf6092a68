"""What figures are: facts from events, counts from facts, figures from counts. Pure."""
