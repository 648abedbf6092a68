"""The pages: rendered here, working without JavaScript."""
