"""Facts of Azure's clouds, endpoints and identities."""
