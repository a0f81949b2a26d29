"""Answers AskProxy: what a proxy says when it is asked to lead to the target, as a program that obeys it would ask.

Law: CONNECT asks for the connection alone, and nothing is said in it; no credentials are sent, so 407 is an answer.
"""

import shlex
from collections.abc import AsyncGenerator
from time import perf_counter

from tui.model.address import endpoint
from tui.model.facts import AnyFact, ProxyAnswer
from tui.model.requests import AskProxy
from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView
from tui.probes.talk.exchange import NotConnectedError, Plain, connected

FIRST_BYTES = 200


async def check(request: AskProxy, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield one ProxyAnswer, after up to the request's `wait_s`. Raises ValueError if the proxy's address is not one."""
    from tui.probes.talk import web

    there = endpoint(request.host, request.target_port)
    command = _typed(request, there)
    try:
        async with connected(request.address, request.port) as sock:
            asked = await web.ask(
                Plain(sock),
                "CONNECT" if request.path is None else "GET",
                there if request.path is None else f"http://{there}{request.path}",
                there,
                deadline=perf_counter() + request.wait_s,
            )
    except NotConnectedError as error:
        yield ProxyAnswer(command=command, address=request.address, port=request.port, outcome=error.outcome)
        return
    yield ProxyAnswer(
        command=command,
        address=request.address,
        port=request.port,
        outcome=asked.outcome,
        http=asked.http,
        first_bytes=safe_text(asked.data, limit=FIRST_BYTES),
        waited_ms=asked.waited_ms,
    )


def _typed(request: AskProxy, there: str) -> str:
    """`curl` as it asks that proxy for the same."""
    proxy = f"http://{endpoint(request.address, request.port)}"
    tunnel = ["--proxytunnel", f"http://{there}/"] if request.path is None else [f"http://{there}{request.path}"]
    return safe_text(shlex.join(["curl", "-sv", "--noproxy", "", "-x", proxy, *tunnel]))
