"""What a proxy answers when it is asked to lead to the target."""

from typing import Literal

from tui.model.address import Address
from tui.model.facts.answer import HttpAnswer
from tui.model.facts.fact import Fact


class ProxyAnswer(Fact, frozen=True, kw_only=True, tag="proxy-answer"):
    """One request to a proxy, as a program that obeys the setting makes it; no credentials were sent."""

    address: Address
    port: int
    outcome: Literal["answered", "closed", "reset", "silent", "failed"]
    """`answered`: with bytes, of HTTP or not; `failed`: the proxy could not be connected again."""
    http: HttpAnswer | None = None
    """Its answer, where that is HTTP."""
    first_bytes: str = ""
    waited_ms: float = 0.0
