"""The groups of `loket` that manage access to the desk, in the database of the gateway."""
