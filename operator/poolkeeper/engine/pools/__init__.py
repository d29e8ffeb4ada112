"""The work on one BatchPool."""
