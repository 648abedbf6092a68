"""Search of topics in everyday words. The pages and the API use the same search."""
