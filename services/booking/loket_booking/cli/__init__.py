"""The groups of `loket` that administer a running booking service."""
