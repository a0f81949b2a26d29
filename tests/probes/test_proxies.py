"""The proxy variables: which programs they send where, compared with real programs where they are at hand."""

import asyncio
import os
import shutil
import string
import urllib.request
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import listening
from tests.probes.names import is_safe
from tui.model.facts import Proxy
from tui.model.requests import ReadProxies
from tui.probes.kernel.system_view import SystemView
from tui.probes.proxy import proxy
from tui.probes.proxy.proxy import proxy_for, read_setting

PROXY = "http://me:secret@proxy.example:3128"


def ask(url: str, environ: Mapping[str, str]) -> Proxy:
    """The reading for `scheme://host:port`, or `host:port` without a scheme."""
    scheme, mark, rest = url.rpartition("://")
    host, _, port = rest.rpartition(":")
    return proxy_for(ReadProxies(host=host.strip("[]"), port=int(port), scheme=scheme if mark else None), environ)


async def test_the_look_reads_the_environment_of_its_surroundings() -> None:
    """One fact, without credentials, with the command that shows the same."""
    here = SystemView(environ={"http_proxy": PROXY, "no_proxy": "x.example"})

    (fact,) = [one async for one in proxy.check(ReadProxies(host="web.example", port=80, scheme="http"), here)]

    assert isinstance(fact, Proxy)
    assert (fact.applies, fact.variable, fact.value) == (True, "http_proxy", "http://proxy.example:3128")
    assert (fact.host, fact.port, fact.no_proxy, fact.exempted_by) == ("proxy.example", 3128, "x.example", None)
    assert fact.honoured_by == ("curl", "wget", "git", "Python", "requests", "Go")
    assert "secret" not in repr(fact)
    assert fact.direct == ()
    assert fact.command


@pytest.mark.parametrize(
    ("url", "environ", "variable", "readers"),
    [
        ("http://x:80", {"HTTP_PROXY": PROXY}, "HTTP_PROXY", ("Python", "requests", "Go")),
        ("https://x:443", {"https_proxy": PROXY}, "https_proxy", ("curl", "wget", "git", "Python", "requests", "Go")),
        ("https://x:443", {"HTTPS_PROXY": PROXY}, "HTTPS_PROXY", ("curl", "git", "Python", "requests", "Go")),
        ("http://x:80", {"all_proxy": PROXY}, "all_proxy", ("curl", "git", "requests")),
        ("https://x:443", {"ALL_PROXY": PROXY}, "ALL_PROXY", ("curl", "git", "requests")),
        ("https://x:443", {"http_proxy": PROXY}, None, ()),
        ("http://x:80", {"https_proxy": PROXY}, None, ()),
        ("http://x:80", {}, None, ()),
        ("x:80", {"http_proxy": PROXY}, "http_proxy", ("curl", "wget", "git", "Python", "requests", "Go")),
        ("x:443", {"HTTPS_PROXY": PROXY}, "HTTPS_PROXY", ("curl", "git", "Python", "requests", "Go")),
        ("x:5432", {"all_proxy": PROXY, "http_proxy": PROXY}, None, ()),
        ("ssh://x:22", {"all_proxy": PROXY}, None, ()),
        ("postgresql://x:443", {"https_proxy": PROXY}, None, ()),
        ("ws://x:80", {"http_proxy": PROXY}, "http_proxy", ("curl", "Go")),
        ("wss://x:443", {"https_proxy": PROXY}, "https_proxy", ("curl", "Go")),
        (
            "http://x:80",
            {"http_proxy": PROXY, "HTTP_PROXY": "other:1"},
            "http_proxy",
            ("curl", "wget", "git", "Python", "requests"),
        ),
        ("http://x:80", {"http_proxy": "", "HTTP_PROXY": PROXY}, "HTTP_PROXY", ("Go",)),
        ("http://x:80", {"http_proxy": "", "all_proxy": PROXY}, "all_proxy", ("curl", "requests")),
    ],
)
def test_each_program_reads_its_own_variables(
    url: str, environ: dict[str, str], variable: str | None, readers: tuple[str, ...]
) -> None:
    """As each was seen to; a target that is not HTTP has no proxy."""
    fact = ask(url, environ)

    assert (fact.variable, fact.honoured_by, fact.applies) == (variable, readers, bool(readers))


ALL = frozenset({"curl", "wget", "git", "Python", "requests", "Go"})
SEEN = [
    ("example.test", "web.example.test", 80, ALL),
    ("example.test", "example.test", 80, ALL),
    ("example.test", "notexample.test", 80, frozenset()),
    ("ple.test", "example.test", 80, frozenset()),
    (".example.test", "web.example.test", 80, ALL),
    (".example.test", "example.test", 80, ALL - {"wget", "Go"}),
    ("*.example.test", "web.example.test", 80, frozenset({"Go"})),
    ("*", "10.1.2.3", 80, ALL - {"wget"}),
    ("*,x", "web.example.test", 80, frozenset({"Go"})),
    ("web.example.test:8080", "web.example.test", 8080, frozenset({"Python", "requests", "Go"})),
    ("web.example.test:8080", "web.example.test", 80, frozenset()),
    ("web.example.test:80", "web.example.test", 80, frozenset({"Go"})),
    ("10.0.0.0/8", "10.1.2.3", 80, ALL - {"wget", "Python"}),
    ("10.1.2.3", "10.1.2.3", 80, ALL),
    ("1.2.3", "10.1.2.3", 80, frozenset({"wget", "Python", "requests", "Go"})),
    ("x, example.test", "web.example.test", 80, ALL),
    ("x example.test", "web.example.test", 80, frozenset({"curl", "git"})),
    ("example.test.", "web.example.test", 80, frozenset({"curl", "git"})),
    ("EXAMPLE.test", "web.example.test", 80, ALL),
    ("2001:db8::1", "2001:db8::1", 80, ALL - {"Python"}),
    ("localhost", "127.0.0.1", 80, frozenset({"Go"})),
]
"""What each program was seen to exempt, run against a listener in a namespace without any other network."""


@pytest.mark.parametrize(("no_proxy", "host", "port", "spared"), SEEN)
def test_each_program_has_its_own_idea_of_no_proxy(no_proxy: str, host: str, port: int, spared: frozenset[str]) -> None:
    """The readers are those that go through the proxy all the same."""
    fact = ask(f"http://{host}:{port}", {"http_proxy": PROXY, "no_proxy": no_proxy})

    assert frozenset(fact.honoured_by) == ALL - spared
    assert fact.applies == (spared != ALL)
    assert bool(fact.exempted_by) == bool(spared - ({"Go"} if host.startswith("127.") else set()))


def test_the_entry_that_exempts_is_told() -> None:
    """It stands as it was written; where it exempts only some programs, the others are the readers."""
    fact = ask("http://web.Example.test:80", {"http_proxy": PROXY, "no_proxy": "a, Example.Test ,b"})
    assert (fact.applies, fact.exempted_by, fact.variable, fact.host) == (False, "Example.Test", "http_proxy", "proxy.example")

    fact = ask("http://web.example.test:80", {"http_proxy": PROXY, "NO_PROXY": "Example.Test"})
    assert (fact.applies, fact.exempted_by, fact.honoured_by) == (True, "Example.Test", ("wget",))


@pytest.mark.parametrize(
    ("value", "shown", "host", "port"),
    [
        ("http://u:p@proxy:3128", "http://proxy:3128", "proxy", 3128),
        ("u:p@proxy:3128", "proxy:3128", "proxy", 3128),
        ("proxy:3128", "proxy:3128", "proxy", 3128),
        ("http://u:p/a@ss#word@proxy:1", "http://proxy:1", "proxy", 1),
        ("http://[::1]:8080/", "http://[::1]:8080/", "::1", 8080),
        ("http://proxy", "http://proxy", "proxy", 80),
        ("https://proxy", "https://proxy", "proxy", 443),
        ("socks5h://u:p@proxy", "socks5h://proxy", "proxy", 1080),
        ("http://[::1", "http://[::1", None, None),
        ("proxy:99999", "proxy:99999", None, None),
        ("proxy:web", "proxy:web", None, None),
        ("http://", "http://", None, None),
        ("http://pro\x1bxy:1", "http://pro\\x1bxy:1", "pro\\x1bxy", 1),
    ],
)
def test_forms_of_a_setting(value: str, shown: str, host: str | None, port: int | None) -> None:
    """URLs and bare host:port are read; what can't be read is shown, without host and port."""
    fact = ask("http://x:80", {"http_proxy": value})

    assert (fact.value, fact.host, fact.port) == (shown, host, port)


def test_a_port_that_is_not_given_is_the_one_that_most_readers_take() -> None:
    """Curl and git take 1080, the others 80."""
    assert ask("http://x:80", {"http_proxy": "http://proxy"}).port == 80
    assert ask("http://x:80", {"all_proxy": "http://proxy"}).port == 1080


_SECRETS = st.text(alphabet=string.ascii_letters + string.digits + "/@#?:%&=!", min_size=1, max_size=12).map(
    lambda text: f"S3CR3T{text}"
)


@given(st.sampled_from(["http://", "https://", "socks5://", "", "://", "1://"]), _SECRETS, _SECRETS)
def test_no_credentials_are_ever_shown(scheme: str, user: str, password: str) -> None:
    """Whatever user and password look like, nothing of them is left."""
    setting = read_setting(f"{scheme}{user}:{password}@proxy:3128")

    assert "S3CR3T" not in repr(setting)
    assert (setting.host, setting.port) == ("proxy", 3128) or scheme in {"://", "1://"}


@given(
    st.dictionaries(st.sampled_from(["http_proxy", "HTTP_PROXY", "all_proxy", "no_proxy", "NO_PROXY"]), st.text(max_size=40)),
    st.sampled_from(["x.example", "10.1.2.3", "2001:db8::1", "localhost", ""]),
)
def test_no_environment_is_too_strange(environ: dict[str, str], host: str) -> None:
    """A fact comes out that is safe to show."""
    fact = proxy_for(ReadProxies(host=host, port=80, scheme="http"), environ)

    assert fact.applies == bool(fact.honoured_by)
    assert is_safe(fact.value or "")
    assert is_safe(fact.exempted_by or "")


_ENTRIES = st.sampled_from(
    ["example.test", ".example.test", "*", "web.example.test:8080", "10.0.0.0/8", "10.1.2.3", "localhost", "EXAMPLE.test"]
)


@given(
    st.lists(_ENTRIES, max_size=3).map(",".join),
    st.sampled_from(["web.example.test", "example.test", "notexample.test", "10.1.2.3", "localhost"]),
    st.sampled_from([80, 8080]),
)
def test_python_agrees_about_itself(no_proxy: str, host: str, port: int) -> None:
    """What is told of Python is what its own urllib decides."""
    fact = ask(f"http://{host}:{port}", {"http_proxy": PROXY, "no_proxy": no_proxy})
    written = host if port == 80 else f"{host}:{port}"

    spared = urllib.request.proxy_bypass_environment(written, {"no": no_proxy})  # type: ignore[attr-defined]  # typeshed lacks it
    assert ("Python" in fact.honoured_by) == (not spared)


@given(
    st.dictionaries(
        st.sampled_from(["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]), st.sampled_from(["", "a:1", "b:2"])
    )
)
def test_python_agrees_about_its_variables(environ: dict[str, str]) -> None:
    """The value that is told is the one that urllib takes, where Python is among the readers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        for name, value in environ.items():
            patch.setenv(name, value)
        own = urllib.request.getproxies_environment()

    for scheme, port in (("http", 80), ("https", 443)):
        fact = ask(f"{scheme}://x:{port}", environ)
        if "Python" in fact.honoured_by:
            assert own.get(scheme) == fact.value
        elif not fact.honoured_by:
            assert scheme not in own


async def _goes_through_the_proxy(command: list[str], environ: dict[str, str]) -> bool:
    """Whether a program that is told of a proxy on loopback connects to it; it is not answered."""
    with listening("127.0.0.1") as server:
        environ = {key: value.replace("PROXY", f"127.0.0.1:{server.getsockname()[1]}") for key, value in environ.items()}
        process = await asyncio.create_subprocess_exec(
            *command,
            env={"PATH": os.environ["PATH"], **environ},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        ended = asyncio.create_task(process.wait())
        accepted = asyncio.create_task(asyncio.get_running_loop().sock_accept(server))
        try:
            async with asyncio.timeout(20):
                await asyncio.wait({ended, accepted}, return_when=asyncio.FIRST_COMPLETED)
            if accepted.done():
                accepted.result()[0].close()
            return accepted.done()
        finally:
            if not ended.done():
                process.kill()
                await ended
            accepted.cancel()
            await asyncio.gather(accepted, return_exceptions=True)


@pytest.mark.parametrize(
    "tool",
    [("curl", "-s", "-m", "5"), ("wget", "-q", "-t", "1", "-T", "5", "-O-"), ("git", "ls-remote")],
    ids=lambda tool: tool[0],
)
@pytest.mark.parametrize(
    ("host", "environ"),
    [
        ("127.0.0.1", {"http_proxy": "http://PROXY"}),
        ("127.0.0.1", {"HTTP_PROXY": "http://PROXY"}),
        ("127.0.0.1", {"all_proxy": "http://PROXY"}),
        ("127.0.0.1", {"http_proxy": "PROXY", "no_proxy": "127.0.0.0/8"}),
        ("127.0.0.1", {"http_proxy": "PROXY", "NO_PROXY": "127.0.0.1"}),
        ("127.0.0.1", {"http_proxy": "PROXY", "no_proxy": "*"}),
        ("localhost", {"http_proxy": "PROXY", "no_proxy": "x,.localhost"}),
    ],
)
async def test_real_programs_do_what_is_told_of_them(tool: tuple[str, ...], host: str, environ: dict[str, str]) -> None:
    """curl, wget and git connect to the proxy exactly where they are among the readers."""
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    told = tool[0] in ask(f"http://{host}:9", environ).honoured_by

    assert await _goes_through_the_proxy([*tool, f"http://{host}:9/"], environ) == told


@pytest.mark.parametrize(
    ("scheme", "port"),
    [*((f"socks{version}", 1080) for version in ("", "4", "4a", "5", "5h")), ("https", 443), ("http", 80), ("ftp", 80)],
)
def test_a_proxys_scheme_has_its_port(scheme: str, port: int) -> None:
    """Where a setting names none: 1080 for every SOCKS, 443 for TLS, and for the rest what the readers take."""
    assert ask("http://x:80", {"http_proxy": f"{scheme}://proxy"}).port == port
    assert ask("http://x:80", {"http_proxy": f"{scheme.upper()}://proxy:99"}).port == 99


@pytest.mark.parametrize(("scheme", "usual"), [("http", 80), ("https", 443)])
def test_python_knows_a_port_that_is_not_the_usual_one(scheme: str, usual: int) -> None:
    """An entry with the scheme's own port exempts nothing for Python and requests, since their URL has no port then."""
    proxies = {"http_proxy": PROXY, "https_proxy": PROXY}
    readers = [
        ask(f"{scheme}://x.test:{port}", proxies | {"no_proxy": f"x.test:{port}"}).honoured_by for port in (usual, usual + 1)
    ]

    assert {"Python", "requests"} <= set(readers[0])
    assert not {"Python", "requests"} & set(readers[1])


@pytest.mark.parametrize(("port", "applies"), [(80, True), (443, True), (81, False), (8080, False)])
def test_a_target_without_a_scheme_is_known_by_its_port(port: int, applies: bool) -> None:
    """HTTP's and HTTPS' own ports alone."""
    assert ask(f"x.test:{port}", {"http_proxy": PROXY, "https_proxy": PROXY}).applies is applies


@pytest.mark.parametrize(
    ("scheme", "variable", "readers"),
    [
        ("ws", "http_proxy", {"curl", "Go"}),
        ("wss", "https_proxy", {"curl", "Go"}),
        ("http", "http_proxy", ALL),
        ("https", "https_proxy", ALL),
    ],
)
def test_web_sockets_go_through_the_proxies_of_some(scheme: str, variable: str, readers: set[str]) -> None:
    """Only programs that speak it read the variable of the scheme below it."""
    assert set(ask(f"{scheme}://x.test:99", {variable: PROXY}).honoured_by) == set(readers)


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_what_is_shown_of_settings_is_cut(name: str) -> None:
    """A list of exceptions, the one that exempts, and the proxy itself end after 300 characters with a mark."""
    long = "a" * 400
    fact = ask(f"http://{long}.test:80", {"http_proxy": f"http://{long}:1", name: f"{long}.test"})

    assert [len(text or "") for text in (fact.no_proxy, fact.exempted_by, fact.value)] == [301, 301, 301]


@pytest.mark.parametrize(
    ("value", "host", "port", "has_credentials"),
    [
        ("http://u:p@proxy:1", "proxy", 1, True),
        ("http://@proxy:1", "proxy", 1, True),
        ("http://proxy:1", "proxy", 1, False),
        ("proxy:65535", "proxy", 65535, False),
        ("proxy:65536", None, None, False),
        ("proxy:0", None, None, False),
        ("  proxy:1  ", "proxy", 1, False),
    ],
)
def test_whether_a_setting_has_credentials(value: str, host: str | None, port: int | None, has_credentials: bool) -> None:
    """That it has some is told, and a port that nobody can listen on makes the whole unusable."""
    fact = ask("http://x:80", {"http_proxy": value})

    assert (fact.host, fact.port, fact.has_credentials) == (host, port, has_credentials)


@pytest.mark.parametrize(("before", "spared"), [(999, True), (1000, False)])
def test_a_thousand_exceptions_are_read(before: int, spared: bool) -> None:
    """What stands behind them is not looked at."""
    fact = ask("http://x.test:80", {"http_proxy": PROXY, "no_proxy": "a," * before + "x.test"})

    assert (fact.exempted_by == "x.test") is spared


@pytest.mark.parametrize(
    ("environ", "readers"),
    [
        ({"no_proxy": "", "NO_PROXY": "x.test"}, {"wget", "git", "Python"}),
        ({"no_proxy": "x.test", "NO_PROXY": ""}, set()),
        ({"NO_PROXY": "x.test"}, {"wget"}),
    ],
)
def test_an_empty_list_of_exceptions_counts_for_some(environ: dict[str, str], readers: set[str]) -> None:
    """For git and Python the first variable that is set ends the search, though it is empty."""
    fact = ask("http://x.test:80", {"http_proxy": PROXY, **environ})

    assert set(fact.honoured_by) == readers


@pytest.mark.parametrize(
    ("entry", "exempts"),
    [
        ("x.test:81", {"Python", "requests", "Go"}),
        ("x.test:82", set[str]()),
        ("x.test:000081", {"Python", "requests", "Go"}),
        ("x.test:0000081", set[str]()),
        ("x.test:8a", set[str]()),
        ("[x.test]:81", set[str]()),
    ],
)
def test_an_entry_with_a_port(entry: str, exempts: set[str]) -> None:
    """For the programs that understand it, and only with that port."""
    fact = ask("http://x.test:81", {"http_proxy": PROXY, "no_proxy": entry})

    assert ALL - set(fact.honoured_by) == exempts
