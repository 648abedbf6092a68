"""Events and calls over RabbitMQ."""
