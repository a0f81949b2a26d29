"""What stands in front answers, and what it forwards to does not."""
