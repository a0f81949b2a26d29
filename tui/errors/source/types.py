"""What is known about one value, and what is beside the code that is read."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from tui.errors.source.syntax import Parsed


class ConfigSetting(Struct, frozen=True, kw_only=True):
    """One key with its value, and where it is set."""

    file: str
    line: int
    keys: tuple[str, ...]
    """The sections and mappings that it is in, outermost first, then its own key."""
    value: str

    @property
    def key(self) -> str:
        """Its own key."""
        return self.keys[-1]


class PortRange(Struct, frozen=True, kw_only=True):
    """Consecutive ports, usually just one."""

    first: int
    last: int

    @property
    def label(self) -> str:
        """The ports for people: `8080`, `8080-8090`."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def has(self, port: str) -> bool:
        """Whether a port in digits is one of them."""
        return port in map(str, range(self.first, self.last + 1))


class Published(Struct, frozen=True, kw_only=True):
    """A port that a compose file publishes, or that a Procfile's command names."""

    file: str
    line: int
    service: str
    outside: PortRange
    """On the machine itself."""
    inside: PortRange
    """In the service's container."""


class SettingsFile(Struct, frozen=True, kw_only=True):
    """What one settings file says."""

    settings: tuple[ConfigSetting, ...] = ()
    published: tuple[Published, ...] = ()


Origin = Literal["literal", "constant", "argument", "environment", "settings", "default", "unknown"]
Value = str | int | None


class Trace(Struct, frozen=True, kw_only=True):
    """What is known about one value."""

    value: Value = None
    origin: Origin = "unknown"
    name: str | None = None
    """The constant, argument, variable or key that holds it."""
    path: str | None = None
    """The file that it is in, if that is not the code's own."""
    line: int | None = None
    words: str = ""
    """Where it comes from: `the constant PORT at line 4`."""


class Sources(Struct, frozen=True, kw_only=True):
    """What is beside the code: the process's environment, settings files, other modules."""

    environ: Mapping[str, str] = {}
    settings: tuple[ConfigSetting, ...] = ()
    modules: Mapping[str, tuple[str, Parsed]] = {}
    """Python files beside it, by module name, with their path."""
    callers: tuple[int, ...] = ()
    """Lines of this file that are in the stack, so that the right one of several calls is followed."""
