"""What every service stands on: settings, database, outbox, consumer, RPC, tracing, logs, metrics, health."""
