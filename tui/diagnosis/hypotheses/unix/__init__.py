"""A socket in the file system."""
