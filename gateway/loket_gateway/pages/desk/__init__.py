"""The pages of who works at the desk: the day, one visit, booking for somebody, taking time out, and running it all."""
