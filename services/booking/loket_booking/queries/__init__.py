"""Use cases that read: one class per subject, which names the repositories that it needs."""
