"""A municipality's configuration: YAML or JSON in, a `Municipality` out, or errors that name the line."""
