"""Access control: accounts, sessions, API keys, roles and permissions, with their stores."""
