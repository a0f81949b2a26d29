"""A client of an HTTP service, with the standard library."""

import sys
import urllib.request


def status(port: int) -> int:
    """Ask the service how it is."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:  # fails here
        code: int = answer.status
        return code


if __name__ == "__main__":
    status(int(sys.argv[1]))
