"""The far end."""
