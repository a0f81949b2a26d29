"""A client of an HTTP service, with httpx."""

import sys

import httpx


def status(port: int) -> int:
    """Ask the service how it is."""
    return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code  # fails here


if __name__ == "__main__":
    status(int(sys.argv[1]))
