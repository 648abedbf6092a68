"""The assistant with which an administrator of the installation creates a municipality."""
