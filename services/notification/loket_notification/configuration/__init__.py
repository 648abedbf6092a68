"""The message plan of a municipality as YAML: read whole, or refused with all of its errors."""
