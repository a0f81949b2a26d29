"""Programs whose text is read are run so that they write what is read: untranslated, uncoloured, unpaged, in UTC."""

from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import Any

import pytest

from tui.model.requests import SendEcho
from tui.probes.firewall import tools
from tui.probes.kernel.tool import Finished
from tui.probes.path import ping_program
from tui.probes.services.machine import reading_environ
from tui.probes.sockets import socket_units

OWN = {"PATH": "/usr/bin", "LC_ALL": "de_DE.UTF-8", "SHOP": "1"}
"""The environment of somebody who reads German."""


@pytest.mark.parametrize(
    ("module", "ask"),
    [
        (socket_units, lambda: socket_units.ask(OWN)),
        (ping_program, lambda: ping_program.ask(SendEcho(address="127.0.0.1"), 0.2, OWN)),
    ],
    ids=["systemctl", "ping"],
)
async def test_a_program_is_asked_in_english(
    module: ModuleType, ask: Callable[[], Awaitable[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its messages are not translated; the rest of the environment stays."""
    given: list[Mapping[str, str]] = []

    async def run_tool(_arguments: object, *, environ: Mapping[str, str], **_: Any) -> Finished:
        given.append(environ)
        return Finished(0, b"", b"")

    monkeypatch.setattr(module, "run_tool", run_tool)
    await ask()

    assert given == [OWN | {"LC_ALL": "C"}]


@pytest.mark.parametrize(
    ("environ_of", "changed"),
    [
        (reading_environ, {"LC_ALL": "C", "TZ": "UTC", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}),
        (tools.environ_of, {"LC_ALL": "C", "PATH": "/usr/bin:/usr/sbin:/sbin:/usr/local/sbin"}),
    ],
    ids=["service managers", "packet filters"],
)
def test_tools_are_asked_in_english(environ_of: Callable[[Mapping[str, str]], dict[str, str]], changed: dict[str, str]) -> None:
    """What they are given is the reader's own environment but for this."""
    assert environ_of(OWN) == OWN | changed
