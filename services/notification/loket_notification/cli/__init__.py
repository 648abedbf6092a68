"""The group of `loket` that administers a running notification service."""
