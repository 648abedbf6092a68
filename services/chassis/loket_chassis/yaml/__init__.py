"""YAML of people: read within bounds, changed in place."""
