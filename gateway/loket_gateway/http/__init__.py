"""HTTP: server, routing, parsing, limits, problems."""
