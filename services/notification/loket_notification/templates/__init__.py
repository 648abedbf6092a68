"""The words of the messages, per language, and the two layouts that carry them."""
