"""Manifests in files, read and judged as the API server does."""
