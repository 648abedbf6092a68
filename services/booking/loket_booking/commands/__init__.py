"""Use cases that change something: one class per subject, which names the repositories that it needs."""
