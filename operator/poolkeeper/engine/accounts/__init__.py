"""The work on one BatchAccount."""
