"""The causes, found by their path: `name/not_found.py` is `name.not-found`."""
