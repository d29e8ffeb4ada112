"""What `deploy/` ships, tried on the real API server; the image's build is run step by step, without Docker."""
