"""The one table of properties, and its readers."""
