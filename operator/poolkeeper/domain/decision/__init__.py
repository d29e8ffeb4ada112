"""What is done about a difference."""
