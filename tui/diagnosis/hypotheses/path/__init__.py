"""Something on the way says no, or nothing."""
