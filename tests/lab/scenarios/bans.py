"""Clients that are banned: by a real fail2ban, a set with a timeout, hosts.deny; and rules that stop everybody."""

from tests.lab.bench import Bench
from tests.lab.scenario import CONTROL, HEALTHY, QUICK, Expect, Scenario, Step
from tests.lab.steps import Needing, file, filters, nft, run, serve, start

_THERE = (*QUICK, "--server", "{server_shell}")
_BANNED = frozenset({"path.banned"})
_FAIL2BAN = """[DEFAULT]
bantime = 600
[lab]
enabled = true
filter = sshd
backend = auto
logpath = {folder}/auth.log
action = %s
"""
_SETTINGS = """[Definition]
loglevel = INFO
logtarget = {folder}/fail2ban.log
syslogsocket = auto
socket = /run/fail2ban/fail2ban.sock
pidfile = /run/fail2ban/fail2ban.pid
dbfile = None
"""
_BAN = """
set -e
mkdir -p /run/fail2ban
ln -s /etc/fail2ban/action.d /etc/fail2ban/filter.d {folder}
touch {folder}/auth.log
fail2ban-server -c {folder} -b start >{folder}/fail2ban.out
until fail2ban-client ping >/dev/null 2>&1; do sleep 0.1; done
fail2ban-client set lab banip {%s}
until nft list ruleset | grep -q f2b; do sleep 0.1; done
"""
_SSHD = """Port {port}
ListenAddress {server}
HostKey {folder}/key
PidFile none
UsePAM no
"""


_WITH_LISTS = """
mount --bind {folder}/deny /etc/hosts.deny && mount --bind {folder}/resolv.conf /etc/resolv.conf || exit 1
{python} -IS tests/lab/far_shell.py serve {folder}/lists.shell >/dev/null &
exec "$@"
"""
_SEES_THE_LISTS = (*QUICK, "--server", "{python} -IS tests/lab/far_shell.py {folder}/lists.shell")


def _bans(role: str, who: str, action: str) -> tuple[Step, ...]:
    """A real fail2ban, which bans the client."""

    def made(bench: Bench) -> None:
        for name, text in (("jail.local", _FAIL2BAN % action), ("fail2ban.conf", _SETTINGS)):
            file(name, text)(bench)
        run(role, "sh", "-c", _BAN % who)(bench)
        bench.opened.callback(bench[role].run, "sh", "-c", "fail2ban-client stop", check=False)

    return (Needing(made, ("fail2ban-server", "iptables")),)


_BY_IPTABLES = 'iptables-multiport[name=lab, port="{port}", protocol=tcp]'
_BY_NFT = 'nftables-multiport[name=lab, port="{port}", protocol=tcp]'


def _set(element: str, verdict: str = "drop") -> Step:
    """A set of the server's filter, with the element, and a rule for whom it names."""
    return nft(
        "server",
        "table inet guard {\n set blocked {\n type ipv4_addr\n flags interval, timeout\n elements = { %s }\n }\n"  # noqa: UP031 -- braces are the text
        " chain in {\n type filter hook input priority 0\n tcp dport {port} ip saddr @blocked counter %s\n }\n}\n"
        % (element, verdict),
    )


def _denies(line: str, *program: str) -> tuple[Step, ...]:
    """A program of the server, and a shell there, that see another /etc/hosts.deny than the machine's, and no nameserver."""
    return (
        file("deny", f"{line}\n"),
        file("resolv.conf", "# no nameserver\n"),
        start("server", "sh", "-c", _WITH_LISTS, "sh", *program, ready="{server}:{port}"),
    )


def _sshd(denied: str) -> tuple[Step, ...]:
    """Debian's sshd, which obeys the lists of TCP wrappers, on the server."""
    keys = "mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N '' -f {folder}/key"
    daemon = ("/usr/sbin/sshd", "-D", "-e", "-f", "{folder}/sshd_config")
    return (file("sshd_config", _SSHD), run("server", "sh", "-c", keys), *_denies(denied, *daemon))


SCENARIOS = (
    Scenario(
        name="banned-by-fail2ban",
        about="path.banned",
        broken="a real fail2ban at the server bans the client, by iptables",
        steps=(serve("server"), *_bans("server", "client", _BY_IPTABLES)),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.banned", words=("{client}", "jail lab", "more"), culprit={"name": "fail2ban"}),
    ),
    Scenario(
        name="banned-by-fail2ban-with-a-set",
        about="path.banned",
        broken="a real fail2ban at the server bans the client, by a set of nftables",
        steps=(serve("server"), *_bans("server", "client", _BY_NFT)),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.banned", words=("{client}", "jail lab"), culprit={"name": "fail2ban"}),
    ),
    Scenario(
        name="banned-by-fail2ban-and-nobody-looks-there",
        about="path.rejected",
        truth=frozenset({"path.rejected", "path.banned"}),
        broken="the same, seen from the client alone: the server itself rejects the port, and answers otherwise",
        steps=(serve("server"), *_bans("server", "client", _BY_IPTABLES)),
        expect=Expect(verdict="path.rejected", alternatives=_BANNED, never=_BANNED),
    ),
    Scenario(
        name="fail2ban-bans-another-client",
        about=CONTROL,
        broken="nothing: fail2ban at the server bans somebody else",
        steps=(serve("server", "greet"), *_bans("server", "router1", _BY_IPTABLES)),
        arguments=_THERE,
        users=("root",),
        expect=HEALTHY,
    ),
    Scenario(
        name="banned-by-a-set-with-a-timeout",
        about="path.banned",
        broken="a set of the server's filter names the client, for ten minutes",
        steps=(serve("server"), _set("{client} timeout 10m", "reject")),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.banned", words=("inet guard blocked", "min more"), culprit={"chain": "in"}),
    ),
    Scenario(
        name="a-set-names-a-whole-network",
        about="path.rejected",
        broken="a set of the server's filter names every client there is, for good: that is no ban",
        steps=(serve("server"), _set("10.0.0.0/8", "reject")),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.rejected", never=_BANNED),
    ),
    Scenario(
        name="the-port-is-rejected-for-all",
        about="path.rejected",
        broken="a rule of the server rejects the port, whoever asks",
        steps=(serve("server"), filters("server", "input", "tcp dport {port} reject")),
        arguments=_THERE,
        users=("root",),
        expect=Expect(verdict="path.rejected", never=_BANNED),
    ),
    Scenario(
        name="banned-by-hosts-deny",
        about="path.banned",
        broken="the server's /etc/hosts.deny names the client, and its sshd is linked with libwrap",
        steps=_sshd("sshd: {client}"),
        typed="ssh://{server}:{port}",
        arguments=_SEES_THE_LISTS,
        users=("root",),
        tools=("sshd",),
        expect=Expect(
            verdict="path.banned",
            status="degraded",
            outcome="closed",
            words=("hosts.deny", "sshd"),
            culprit={"kind": "file"},
        ),
    ),
    Scenario(
        name="hosts-deny-names-another-client",
        about=CONTROL,
        broken="nothing: the server's /etc/hosts.deny names somebody else",
        steps=_sshd("sshd: {router1}"),
        typed="ssh://{server}:{port}",
        arguments=_SEES_THE_LISTS,
        users=("root",),
        tools=("sshd",),
        expect=HEALTHY,
    ),
    Scenario(
        name="hosts-deny-names-us-and-the-program-does-not-obey",
        about="server.closes-early",
        broken="the server's /etc/hosts.deny names the client, and the program that closes has never read it",
        steps=_denies("ALL: ALL", "{python}", "-IS", "tests/lab/serve.py", "{server}", "{port}", "close"),
        arguments=_SEES_THE_LISTS,
        users=("root",),
        expect=Expect(verdict="server.closes-early", outcome="closed", never=_BANNED),
    ),
)
