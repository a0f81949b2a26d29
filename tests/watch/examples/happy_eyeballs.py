"""A client on asyncio that tries several addresses at once, in tasks of the library's own."""

import asyncio
import sys


async def main() -> None:
    """Ask the service."""
    await asyncio.open_connection("localhost", int(sys.argv[1]), happy_eyeballs_delay=0.01)  # fails here


if __name__ == "__main__":
    asyncio.run(main())
