"""A client of an HTTP service, with httpx on asyncio: anyio connects in tasks of its own."""

import asyncio
import sys

import httpx


async def status(port: int) -> int:
    """Ask the service how it is."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/health", timeout=5)  # fails here
        return answer.status_code


if __name__ == "__main__":
    asyncio.run(status(int(sys.argv[1])))
