"""What every fact carries."""

from msgspec import Struct


class Fact(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every fact carries."""

    id: str = ""
    at: str = ""
    command: str = ""
