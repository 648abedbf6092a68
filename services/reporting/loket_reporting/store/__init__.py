"""What reporting keeps, in its own MongoDB: facts, the counts of each day, and which set of both is in use."""
