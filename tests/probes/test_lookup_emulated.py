"""getaddrinfo as it is emulated: sources, their statuses, the search list and the rounds of servers, without a network."""

from collections.abc import Mapping

import pytest

from tui.model.facts import NameserverAnswer
from tui.model.requests import AskNameserver
from tui.probes.names import getaddrinfo_emulation, nsswitch
from tui.probes.names.getaddrinfo_emulation import LookupResult, walk
from tui.probes.names.name_settings import NameSettings
from tui.probes.names.resolver_config import ResolverConfig

HOSTS = b"10.0.0.1 web web.example\n10.0.0.2 web\n::2 web\n"
SILENT = "timeout"


class Servers:
    """Nameservers with scripted answers: by server and name, an rcode, an outcome, or addresses."""

    def __init__(self, answers: Mapping[tuple[str, str], str | tuple[str, ...]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, float]] = []

    async def ask(self, request: AskNameserver, rtype: str, *, timeout_s: float, plain: bool) -> NameserverAnswer:
        """As `nameserver_answer.ask`; the A question is recorded, and the AAAA one has the IPv6 addresses."""
        assert plain
        assert request.port == 5353
        if rtype == "A":
            self.asked.append((request.server, request.name, timeout_s))
        answer = self.answers.get((request.server, request.name), SILENT)
        silent = answer in {SILENT, "refused", "malformed"}
        addresses = () if isinstance(answer, str) else tuple(each for each in answer if (":" in each) == (rtype == "AAAA"))
        cnames = () if isinstance(answer, str) else tuple(each for each in answer if each[0].isalpha() and rtype == "A")
        return NameserverAnswer(
            server=request.server,
            name=request.name,
            rtype="A" if rtype == "A" else "AAAA",
            outcome="timeout" if silent else "answered",
            rcode=None if silent else answer if isinstance(answer, str) else "NOERROR",
            addresses=tuple(each for each in addresses if not each[0].isalpha()),
            cnames=cnames,
            rtt_ms=1.0,
        )


async def look(
    line: str,
    name: str,
    answers: Mapping[tuple[str, str], str | tuple[str, ...]] | None = None,
    *,
    resolver: ResolverConfig | None = None,
    timeout_s: float | None = None,
) -> tuple[LookupResult, Servers]:
    """The lookup of `name` with a `hosts:` line, and the servers that it asked."""
    settings = NameSettings(
        hosts=HOSTS, hosts_line=nsswitch.parse(f"hosts: {line}"), resolver=resolver or ResolverConfig(listed=("ns",), attempts=1)
    )
    servers = Servers(answers or {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(getaddrinfo_emulation, "ask", servers.ask)
        return await walk(name, settings, port=5353, timeout_s=timeout_s), servers


async def test_the_hosts_file_gives_every_address_and_its_first_name() -> None:
    """IPv6 before IPv4, each in the order of the file, under the first name of the first line; the dns is not asked."""
    result, servers = await look("files dns", "web.example")
    both, _ = await look("files", "web")

    assert result == LookupResult(addresses=("10.0.0.1",), canonical="web", source="files")
    assert both == LookupResult(addresses=("::2", "10.0.0.1", "10.0.0.2"), canonical="web", source="files")
    assert servers.asked == []


@pytest.mark.parametrize(
    ("name", "local"),
    [
        *(("localhost", True), ("LOCALHOST.", True), ("localhost.localdomain", True), ("a.localhost", True)),
        *(("a.localhost.localdomain", True), ("localdomain", False), ("alocalhost", False), ("web", False)),
    ],
)
async def test_myhostname_knows_localhost(name: str, local: bool) -> None:
    """nss-myhostname(8): localhost and what is below it is loopback; any other name it does not know."""
    result, _ = await look("myhostname", name)

    known = LookupResult(addresses=("::1", "127.0.0.1"), canonical="localhost", source="myhostname")
    assert result == (known if local else LookupResult(error="EAI_NONAME"))


@pytest.mark.parametrize(
    ("line", "name", "unasked"),
    [
        ("mdns4_minimal", "web", ()),
        ("mdns4_minimal", "web.local", ("mdns4_minimal",)),
        ("mdns", "WEB.Local.", ("mdns",)),
        ("mdns", "local.example", ()),
        ("winbind sss", "web", ("winbind", "sss")),
        ("resolve", "web", ("resolve",)),
    ],
)
async def test_what_only_libc_can_ask_is_named(line: str, name: str, unasked: tuple[str, ...]) -> None:
    """Other sources are left out and named; multicast DNS only for names that it would be asked for. None usable: EAI_SYSTEM."""
    result, _ = await look(line, name)

    assert result == LookupResult(error="EAI_SYSTEM", unasked=unasked)


@pytest.mark.parametrize(("server", "asked"), [("127.0.0.53", True), ("127.0.0.54", True), ("127.0.0.1", False), ("ns", False)])
async def test_resolved_is_asked_where_it_listens(server: str, asked: bool) -> None:
    """The source `resolve` is answered by the nameserver that systemd-resolved offers, if that is the first one."""
    resolver = ResolverConfig(listed=(server, "127.0.0.53"), attempts=1)
    result, servers = await look("resolve", "db.example", {(server, "db.example"): ("10.0.0.9",)}, resolver=resolver)

    assert [name for _, name, _ in servers.asked] == ["db.example"] * asked
    assert result == (
        LookupResult(addresses=("10.0.0.9",), canonical="db.example", source="dns")
        if asked
        else LookupResult(error="EAI_SYSTEM", unasked=("resolve",))
    )


@pytest.mark.parametrize(
    ("line", "answer", "goes_on"),
    [
        ("dns [NOTFOUND=return] files", "NXDOMAIN", False),
        ("dns [NOTFOUND=return] files", "NOERROR", False),
        ("dns [NOTFOUND=return] files", "SERVFAIL", True),
        ("dns [NOTFOUND=return] files", SILENT, True),
        ("dns [TRYAGAIN=return] files", "SERVFAIL", False),
        ("dns [TRYAGAIN=return] files", SILENT, False),
        ("dns [TRYAGAIN=return] files", "NXDOMAIN", True),
        ("dns [UNAVAIL=return] files", "NXDOMAIN", True),
        ("sss [UNAVAIL=return] files", "NXDOMAIN", False),
        ("sss [NOTFOUND=return] files", "NXDOMAIN", True),
        ("dns [!NOTFOUND=return] files", SILENT, False),
    ],
)
async def test_a_status_of_the_line_ends_the_lookup(line: str, answer: str, goes_on: bool) -> None:
    """nsswitch.conf(5): no name and no data are NOTFOUND, a failing server is TRYAGAIN, a source that is not there UNAVAIL."""
    result, _ = await look(line, "web", {("ns", "web"): answer}, resolver=ResolverConfig(listed=("ns",), attempts=1))

    assert (result.source == "files") is goes_on


async def test_success_ends_the_lookup_unless_the_line_says_otherwise() -> None:
    """`[SUCCESS=continue]` goes on, and what comes last counts."""
    answers = {("ns", "web"): ("10.9.9.9",)}
    result, servers = await look("files dns", "web", answers)
    onwards, more = await look("files [SUCCESS=continue] dns", "web", answers)

    assert (result.source, servers.asked) == ("files", [])
    assert (onwards.source, onwards.addresses, len(more.asked)) == ("dns", ("10.9.9.9",), 1)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"db.a.test": "NXDOMAIN", "db": "NXDOMAIN"}, "EAI_NONAME"),
        ({"db.a.test": "NOERROR", "db": "NXDOMAIN"}, "EAI_NODATA"),
        ({"db.a.test": "SERVFAIL", "db": "NXDOMAIN"}, "EAI_AGAIN"),
        ({"db.a.test": "SERVFAIL", "db": "NOERROR"}, "EAI_NODATA"),
        ({"db.a.test": "NXDOMAIN", "db": "SERVFAIL"}, "EAI_AGAIN"),
        ({"db.a.test": SILENT, "db": "NXDOMAIN"}, "EAI_NONAME"),
        ({"db.a.test": "REFUSED", "db": "NXDOMAIN"}, "EAI_NONAME"),
        ({"db.a.test": "NXDOMAIN", "db": SILENT}, "EAI_AGAIN"),
    ],
)
async def test_the_error_of_a_search_list(answers: dict[str, str], error: str) -> None:
    """An empty answer counts before a SERVFAIL, and that before how the last name ended (res_search)."""
    resolver = ResolverConfig(listed=("ns",), search=("a.test",), attempts=1)
    scripted = {("ns", name): answer for name, answer in answers.items()}
    result, servers = await look("dns", "db", scripted, resolver=resolver)

    assert [name for _, name, _ in servers.asked] == ["db.a.test", "db"]
    assert result == LookupResult(error=error)


@pytest.mark.parametrize(("first", "error"), [("NXDOMAIN", "EAI_NONAME"), ("NOERROR", "EAI_NODATA"), (SILENT, "EAI_AGAIN")])
async def test_a_name_that_came_first_gives_the_error(first: str, error: str) -> None:
    """With as many dots as `ndots` the name itself is asked for first, and its end is the one that is reported."""
    resolver = ResolverConfig(listed=("ns",), search=("a.test",), attempts=1)
    scripted = {("ns", "db.example"): first, ("ns", "db.example.a.test"): "SERVFAIL"}
    result, servers = await look("dns", "db.example", scripted, resolver=resolver)

    assert [name for _, name, _ in servers.asked] == ["db.example", "db.example.a.test"]
    assert result.error == error


@pytest.mark.parametrize(("end", "asked"), [(SILENT, 1), ("REFUSED", 1), ("NXDOMAIN", 2), ("SERVFAIL", 2), ("NOERROR", 2)])
async def test_a_server_that_fails_ends_the_search_list(end: str, asked: int) -> None:
    """After silence or nonsense no other domain is tried, only the name as it is; after NXDOMAIN and SERVFAIL the next one."""
    resolver = ResolverConfig(listed=("ns",), search=("a.test", "b.test"), attempts=1)
    scripted: dict[tuple[str, str], str | tuple[str, ...]] = {("ns", "db.a.test"): end, ("ns", "db"): ("10.0.0.3", "::3")}
    result, servers = await look("dns", "db", scripted | {("ns", "db.b.test"): "NXDOMAIN"}, resolver=resolver)

    assert [name for _, name, _ in servers.asked] == [*["db.a.test", "db.b.test"][:asked], "db"]
    assert result == LookupResult(addresses=("::3", "10.0.0.3"), canonical="db", source="dns")


async def test_a_name_that_cannot_be_asked_for_is_unknown() -> None:
    """A label too long for the DNS: nobody is asked."""
    result, servers = await look("dns", "x" * 64)

    assert (result, servers.asked) == (LookupResult(error="EAI_NONAME"), [])


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("NXDOMAIN", [("one", 5)]),
        ("NOERROR", [("one", 5)]),
        ("SERVFAIL", [("one", 5), ("two", 5), ("one", 5), ("two", 5), ("one", 10), ("two", 10)]),
        (SILENT, [("one", 5), ("two", 5), ("one", 5), ("two", 5), ("one", 10), ("two", 10)]),
    ],
)
async def test_servers_are_asked_in_rounds(answer: str, asked: list[tuple[str, float]]) -> None:
    """An answer ends it; a failing server gives way to the next; from the second round on the doubled time is shared."""
    resolver = ResolverConfig(listed=("one", "two"), attempts=3)
    _, servers = await look("dns", "db.", {("one", "db"): answer, ("two", "db"): answer}, resolver=resolver)

    assert [(server, wait_s) for server, _, wait_s in servers.asked] == asked


async def test_each_server_waits_a_second_at_least_or_as_told() -> None:
    """A share below a second is a second; a time that is given holds for every question."""
    resolver = ResolverConfig(listed=("one", "two", "three"), attempts=2, timeout=1)
    _, shared = await look("dns", "db.", resolver=resolver)
    _, told = await look("dns", "db.", resolver=resolver, timeout_s=0.25)

    assert [wait_s for _, _, wait_s in shared.asked] == [1] * 6
    assert {wait_s for _, _, wait_s in told.asked} == {0.25}


async def test_the_last_alias_is_the_canonical_name() -> None:
    """The end of the chain of CNAMEs, as AI_CANONNAME gives it."""
    result, _ = await look("dns", "db.", {("ns", "db"): ("first.example", "last.example", "10.0.0.4", "10.0.0.4")})

    assert result == LookupResult(addresses=("10.0.0.4",), canonical="last.example", source="dns")
