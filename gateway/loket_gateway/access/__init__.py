"""Who knocks, and what they may: accounts, sessions, API keys and roles. Rules beside the stores."""
