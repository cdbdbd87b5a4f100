"""The rows of the command table, by where they work."""
