"""The time as facts have it: when a check began."""

from datetime import UTC, datetime


def now() -> str:
    """This moment in UTC, as RFC 3339 with microseconds: `2026-11-20T11:02:03.123456Z`."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
