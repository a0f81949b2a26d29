"""What others may add: each kind of extension as a file of its own, and what existing files it takes."""
