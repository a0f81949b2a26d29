"""A client on asyncio whose connection is refused."""

import asyncio
import sys


async def fetch(port: int) -> None:
    """Ask the service."""
    await asyncio.open_connection("127.0.0.1", port)  # fails here


async def main() -> None:
    """Wait for it in another task, as servers do."""
    await asyncio.gather(fetch(int(sys.argv[1])))


if __name__ == "__main__":
    asyncio.run(main())
