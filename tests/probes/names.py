"""Settings of names in files of a test's own, and the facts of looks at them."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from tui.demo.nameserver import FakeNameserver
from tui.model.facts import AnyFact
from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView


def settings(
    root: Path,
    *,
    hosts: str | bytes = "",
    nsswitch: str | None = "hosts: files dns\n",
    resolv: str = "",
    servers: tuple[FakeNameserver, ...] = (),
    environ: Mapping[str, str] | None = None,
) -> SystemView:
    """Surroundings whose three files hold these texts; without `nsswitch` there is no such file."""
    root.joinpath("hosts").write_bytes(hosts if isinstance(hosts, bytes) else hosts.encode())
    if nsswitch is not None:
        root.joinpath("nsswitch.conf").write_text(nsswitch)
    listed = "".join(f"nameserver {server.address}\n" for server in servers)
    root.joinpath("resolv.conf").write_text(f"{listed}{resolv}")
    return SystemView(
        hosts=root / "hosts",
        nsswitch=root / "nsswitch.conf",
        resolv_conf=root / "resolv.conf",
        environ=environ or {},
        nameserver_port=servers[0].port if servers else 53,
    )


def is_safe(text: str) -> bool:
    """Whether a text has passed the gate: passing it again changes nothing."""
    return safe_text(text) == text


async def seen(check: AsyncIterator[AnyFact]) -> list[AnyFact]:
    """All facts of one look."""
    return [fact async for fact in check]
