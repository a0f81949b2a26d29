"""What every fact carries."""

from typing import Literal

from msgspec import Struct

Family = Literal["IPv4", "IPv6"]


class Fact(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every fact carries."""

    id: str = ""
    at: str = ""
    command: str = ""
