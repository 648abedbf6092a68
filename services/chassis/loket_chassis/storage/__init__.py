"""MongoDB: connection, documents, idempotency."""
