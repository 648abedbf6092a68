"""The HTTP interface, version 1. Each module is a group of routes that parse, call and render."""

BASE = "/api/v1/<municipality>"
