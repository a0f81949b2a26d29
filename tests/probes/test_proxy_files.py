"""Proxies in programs' own settings: what is read of them, held against the programs where they are at hand."""

import shutil
from pathlib import Path

import pytest

from tests.probes.test_proxies import _goes_through_the_proxy
from tui.model.requests import ReadProxies
from tui.probes.kernel.system_view import SystemView
from tui.probes.proxy.proxy import proxy_for
from tui.probes.proxy.proxy_files import file_settings, java_exemption, java_setting
from tui.probes.proxy.proxy_programs import Destination

REQUEST = ReadProxies(host="127.0.0.1", port=9, scheme="http")
FILES = [
    ("curl", ".curlrc", 'proxy = "PROXY"\n', {}, True),
    ("curl", ".curlrc", "-x PROXY\n", {}, True),
    ("curl", ".curlrc", "# proxy = PROXY\n", {}, False),
    ("curl", ".curlrc", 'proxy = ""\n', {"http_proxy": "PROXY"}, False),
    ("curl", ".curlrc", "proxy = PROXY\n", {"no_proxy": "127.0.0.1"}, False),
    ("wget", ".wgetrc", "http_proxy = PROXY\n", {}, True),
    ("wget", ".wgetrc", "https_proxy = PROXY\n", {}, False),
    ("wget", ".wgetrc", "use_proxy = off\n", {"http_proxy": "PROXY"}, False),
    ("git", ".gitconfig", "[http]\n\tproxy = http://PROXY\n", {}, True),
    ("git", ".gitconfig", '[http]\n\tproxy = ""\n', {"http_proxy": "PROXY"}, False),
    ("git", ".gitconfig", "[core]\n\tproxy = http://PROXY\n", {}, False),
]
COMMANDS = {
    "curl": ["curl", "-s", "-m", "5", "http://127.0.0.1:9/"],
    "wget": ["wget", "-q", "-t", "1", "-T", "5", "-O-", "http://127.0.0.1:9/"],
    "git": ["git", "ls-remote", "http://127.0.0.1:9/"],
}


@pytest.mark.parametrize("row", FILES, ids=lambda row: f"{row[0]}-{row[2].strip()}")
def test_a_programs_own_file_outweighs_the_variables(row: tuple[str, str, str, dict[str, str], bool], tmp_path: Path) -> None:
    """Its proxy is the file's, or none where the file says so; NO_PROXY counts all the same."""
    program, name, text, environ, through = row
    (tmp_path / name).write_text(text.replace("PROXY", "127.0.0.1:3"))
    here = {"HOME": str(tmp_path), **{key: value.replace("PROXY", "127.0.0.1:3") for key, value in environ.items()}}

    fact = proxy_for(REQUEST, here, file_settings(SystemView(environ=here), "http"))

    assert (program in fact.honoured_by) == through
    assert (program in fact.direct) != through or fact.variable is None


@pytest.mark.parametrize("row", FILES, ids=lambda row: f"{row[0]}-{row[2].strip()}")
async def test_real_programs_read_their_files_so(row: tuple[str, str, str, dict[str, str], bool], tmp_path: Path) -> None:
    """curl, wget and git connect to the proxy exactly where that is told of them."""
    program, name, text, environ, through = row
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    # The port is known only when the listener is there, so a shell writes the file from the environment first.
    command = ["sh", "-c", 'printf %s "$TEXT" > "$HOME/$NAME"; exec "$@"', "sh", *COMMANDS[program]]

    went = await _goes_through_the_proxy(command, {"HOME": str(tmp_path), "NAME": name, "TEXT": text, **environ})

    assert went == through


JAVA = ("java", "-Dhttp.proxyHost=proxy.example", "-Dhttp.proxyPort=3128")


@pytest.mark.parametrize(
    ("host", "more", "spared"),
    [
        ("127.0.0.1", (), True),
        ("localhost", (), True),
        ("127.0.0.1", ("-Dhttp.nonProxyHosts=",), False),
        ("127.0.0.1", ("-Dhttp.nonProxyHosts=x",), True),
        ("a.example.test", ("-Dhttp.nonProxyHosts=x|*.example.test",), True),
        ("a.example.test", ("-Dhttp.nonProxyHosts=example.test",), False),
        ("a.example.test", ("-Dhttp.nonProxyHosts=*example*",), True),
        ("::1", (), True),
    ],
)
def test_java_has_properties_and_patterns(host: str, more: tuple[str, ...], spared: bool) -> None:
    """As Java 17 was seen to do it: loopback is spared unless the list is empty, and `*` stands at either end."""
    destination = Destination("http", host, 80, websocket=False)

    setting = java_setting((*JAVA, *more), {}, destination)

    assert setting is not None
    assert setting.value == "proxy.example:3128"
    assert bool(java_exemption((*JAVA, *more), {}, destination)) == spared


def test_java_reads_its_options_from_variables_and_no_proxy_variable() -> None:
    """JAVA_TOOL_OPTIONS counts, http_proxy does not; the properties of http do not serve https."""
    told = {"JAVA_TOOL_OPTIONS": "-Dhttp.proxyHost=proxy.example -Dhttp.proxyPort=3128", "http_proxy": "other:1"}
    request = ReadProxies(host="x.example", port=80, scheme="http")

    assert java_setting((), {"http_proxy": "other:1"}, Destination("http", "x.example", 80, websocket=False)) is None
    assert java_setting(JAVA, {}, Destination("https", "x.example", 443, websocket=False)) is None
    assert proxy_for(request, {"JAVA_TOOL_OPTIONS": told["JAVA_TOOL_OPTIONS"]}).honoured_by == ("Java",)
    assert "Java" not in proxy_for(request, told).honoured_by
