"""Files and nameservers that lead a demonstration's name where the scenario wants it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from tui.demo.directory import demo_directory
from tui.demo.nameserver import FakeNameserver
from tui.probes.kernel.system_view import SystemView

Zone = Mapping[str, Sequence[str]]
"""Names and their addresses."""
TRIES = 20
"""How often another port is tried, where the first nameserver's is taken on the second one's address."""


@asynccontextmanager
async def files(
    *,
    hosts: Mapping[str, str] | None = None,
    nameservers: tuple[FakeNameserver, ...] = (),
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[SystemView]:
    """A hosts file (name to address lines), a resolv.conf with these servers and an nsswitch.conf that asks both."""
    with demo_directory() as directory:
        lines = [f"{address}\t{name}\n" for address, name in (hosts or {}).items()]
        (directory / "hosts").write_text("".join(lines), encoding="utf-8")
        (directory / "nsswitch.conf").write_text("hosts: files dns\n", encoding="utf-8")
        servers = "".join(f"nameserver {server.address}\n" for server in nameservers)
        (directory / "resolv.conf").write_text(f"{servers}options timeout:1 attempts:1\n", encoding="utf-8")
        yield SystemView(
            hosts=directory / "hosts",
            nsswitch=directory / "nsswitch.conf",
            resolv_conf=directory / "resolv.conf",
            environ=environ or {},
            nameserver_port=nameservers[0].port if nameservers else 53,
        )


@asynccontextmanager
async def two_nameservers(first: Zone, second: Zone) -> AsyncIterator[tuple[FakeNameserver, FakeNameserver]]:
    """Two nameservers on loopback, at the same port of two addresses, each with its own idea of the names."""
    async with AsyncExitStack() as held:
        yield await _pair(held, first, second)


async def _pair(held: AsyncExitStack, first: Zone, second: Zone) -> tuple[FakeNameserver, FakeNameserver]:
    for left in reversed(range(TRIES)):
        async with AsyncExitStack() as tried:
            primary = await tried.enter_async_context(FakeNameserver(first, address="127.0.0.2"))
            try:
                secondary = await tried.enter_async_context(FakeNameserver(second, address="127.0.0.3", port=primary.port))
            except OSError:
                if not left:
                    raise
                continue
            held.push_async_exit(tried.pop_all())
            return primary, secondary
    raise AssertionError("one of the tries returns or raises")
