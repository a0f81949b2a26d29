"""A client with a wrong hostname: the name does not resolve."""

import socket

HOST = "db-primary.invalid"  # RFC 6761: no such name, ever


def main() -> None:
    """Connect, and say in one line what went wrong."""
    try:
        socket.create_connection((HOST, 5432), timeout=5)  # fails here
    except OSError as error:
        raise SystemExit("the database is down") from error


if __name__ == "__main__":
    main()
