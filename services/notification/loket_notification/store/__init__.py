"""What notification keeps, in its own MongoDB: messages without address or text, plans, and who wants none."""
