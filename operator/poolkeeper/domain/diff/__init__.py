"""What differs between a live pool and a desired one."""
