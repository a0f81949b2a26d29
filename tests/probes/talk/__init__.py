"""Talks: what is said, what comes back, and what it is."""
