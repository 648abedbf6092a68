"""The ways by which a message leaves. Each channel is a module with one class that has `send`."""
