"""What a resource's status and events tell."""
