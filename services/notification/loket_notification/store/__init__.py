"""The repositories of notification: messages without address or text, plans, suppressions, reports."""
