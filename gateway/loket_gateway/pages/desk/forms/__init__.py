"""Forms over parts of the configuration: the fields of each, and the conversion between a form and its values."""
