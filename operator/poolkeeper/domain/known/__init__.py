"""What is known of a pool from before, for one address."""
