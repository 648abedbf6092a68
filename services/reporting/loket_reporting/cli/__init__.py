"""The group of `loket` that administers a running reporting service."""
