"""What a municipality sends, as YAML: read whole, or refused with every mistake named."""
