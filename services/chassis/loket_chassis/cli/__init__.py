"""The command `loket`: its groups come from the components that are installed. No service imports this package."""
