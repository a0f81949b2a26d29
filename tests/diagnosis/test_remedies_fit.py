"""Remedies fit the place: root or not, systemd or not, a pod, a container, the other end; what serves others is let be."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.casefile import CASES, all_files, load
from tests.remedy_law import misplaced
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.diagnosis.readings import commands, rule_remedies
from tui.diagnosis.remedies import fitted, fitting_words
from tui.model.case import Case
from tui.model.command_line import behind, each, quoted
from tui.model.facts import Listener, Outcome, Rule, Service, SessionHost, TcpAttempt
from tui.model.judgement import Remedy
from tui.model.options import Options
from tui.model.target import parse_target


def on(case: Case, *, user: int = 0, systemd: bool = True, pod: bool = False, container: str | None = None) -> Case:
    """The case, of a session that runs in this place."""
    host = SessionHost(id="session-host-1", user=user, systemd=systemd, pod=pod, container=container)
    return replace(case, facts=(*case.facts, host))


def offered(case: Case, prefix: str = "") -> list[str]:
    """Every command that some cause offers; those of one group alone where `prefix` names it."""
    judgements = assess(case, hypotheses()).judgements.items()
    return [remedy.command for cause, one in judgements if cause.startswith(prefix) for remedy in one.remedies if remedy.command]


@pytest.mark.parametrize("path", all_files(), ids=lambda path: str(path.relative_to(CASES)))
def test_no_command_needs_what_the_session_is_not(path: Path) -> None:
    """Commands for root say sudo where the session is not root, and only there; without systemd none asks it."""
    case = load(path).case
    without = not any(service.manager != "none" for service in case.all(Service))
    for user in (0, 1000):
        for systemd in (True, False) if without else (True,):
            lines = offered(on(case, user=user, systemd=systemd))
            assert [fault for line in lines for fault in misplaced(line, root=user == 0, systemd=systemd)] == []


@pytest.mark.parametrize("path", all_files(), ids=lambda path: str(path.relative_to(CASES)))
def test_in_a_pod_the_cluster_is_asked_and_no_firewall_of_a_host(path: Path) -> None:
    """No client in a pod is told to open a port with ufw or firewalld, or to start a unit that may not be there."""
    lines = offered(on(load(path).case, systemd=False, pod=True), "path.")

    assert [line for line in lines if line.startswith(("ufw", "firewall-cmd", "systemctl"))] == []


def _case(text: str = "10.0.3.9:5432", *facts: TcpAttempt, servers: tuple[str, ...] = ()) -> Case:
    return Case(target=parse_target(text), facts=facts, options=Options(servers=servers))


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("db.shop.svc.cluster.local:5432", "-n shop"),
        ("db.shop.svc:5432", "-n shop"),
        ("kubernetes.default:443", "--all-namespaces"),
        ("10.0.3.9:5432", "--all-namespaces"),
    ],
)
def test_endpoints_and_policies_are_asked_in_the_target_s_namespace(target: str, where: str) -> None:
    """The name of a service names its namespace; an address names none."""
    assert commands.endpoints(_case(target)) == f"kubectl get endpoints,networkpolicy {where}"


OWN = TcpAttempt(id="attempt-1", address="10.0.3.9", port=5432, outcome=Outcome.REFUSED, latency_ms=1.0, local_address="10.0.1.2")


@pytest.mark.parametrize(
    ("rule", "commands_wanted"),
    [
        (
            Rule(backend="nft", family="inet", table="f2b-table", chain="f2b-sshd", handle=3, made_by="fail2ban", text="drop"),
            [
                "nft -a list chain inet f2b-table f2b-sshd",
                "fail2ban-client status sshd",
                "fail2ban-client set sshd unbanip 10.0.1.2",
            ],
        ),
        (
            Rule(backend="nft", family="inet", table="filter", chain="input", handle=3, text="ip saddr @banned drop"),
            [
                "nft -a list chain inet filter input",
                "nft list set inet filter banned",
                "nft delete element inet filter banned '{ 10.0.1.2 }'",
            ],
        ),
        (
            Rule(backend="nft", family="inet", table="filter", chain="input", handle=3, made_by="crowdsec", text="drop"),
            [
                "nft -a list chain inet filter input",
                "cscli decisions list --ip 10.0.1.2",
                "cscli decisions delete --ip 10.0.1.2",
            ],
        ),
    ],
)
def test_a_ban_is_looked_at_and_lifted_for_this_client(rule: Rule, commands_wanted: list[str]) -> None:
    """The jail, the set or the decision is shown, and our own address is what is let go; through the prefix as well."""
    here = list(rule_remedies.remedies(_case("10.0.3.9:5432", OWN), rule, "10.0.3.9"))
    there = list(rule_remedies.remedies(_case("10.0.3.9:5432", OWN), rule, "10.0.3.9", prefix="ssh db"))

    assert [one.command for one in here] == commands_wanted
    assert [one.changes for one in here] == [False, False, True]
    assert [one.command for one in there] == [behind("ssh db", line) for line in commands_wanted]


@pytest.mark.parametrize(("maker", "place"), [("ufw", "web"), ("firewalld", "docker")])
def test_a_rule_of_the_host_is_not_changed_from_a_container(maker: str, place: str) -> None:
    """What the host's own tool wrote is allowed on the host: a container has no such tool."""
    rule = Rule(backend="nft", family="ip", table="filter", chain="input", hook="input", made_by=maker, text="drop", handle=2)
    _, change = rule_remedies.remedies(on(_case(), container=place), rule, "10.0.3.9")

    assert not change.command
    assert f"not in container {place}" in change.do


@pytest.mark.parametrize(
    ("program", "unit", "restart", "apply"),
    [
        (
            "redis-server",
            "redis-server.service",
            "systemctl restart redis-server.service",
            "systemctl restart redis-server.service",
        ),
        ("nginx", "nginx.service", "", "systemctl reload nginx.service"),
        ("haproxy", "haproxy.service", "", "systemctl reload haproxy.service"),
        ("docker-proxy", "docker.service", "", ""),
        ("python3", "docker.service", "", ""),
        ("dnsmasq", "dnsmasq.service", "", ""),
        ("systemd-resolve", "systemd-resolved.service", "", ""),
        ("systemd", "init.scope", "", ""),
        ("python3", "session-3.scope", "", ""),
        ("python3", None, "", ""),
    ],
)
def test_nothing_that_serves_others_is_restarted(program: str, unit: str | None, restart: str, apply: str) -> None:
    """Only the unit that is meant is; a proxy reads its settings anew; engines, forwarders, resolvers, scopes are left alone."""
    row = Listener(proto="tcp", address="0.0.0.0", port=80, process=program, unit=unit, pid=812)

    assert commands.restart(_case(), row) == restart
    assert commands.apply(_case(), row) == apply
    assert commands.apply(on(_case(), systemd=False), row) == ""


@pytest.mark.parametrize(
    ("prefix", "command", "line"),
    [
        (None, "ss -ltn 'sport = :80'", "ss -ltn 'sport = :80'"),
        ("ssh db", "ss -ltn", "ssh db ss -ltn"),
        ("ssh db", "ss -ltn 'sport = :80'", "ssh db \"ss -ltn 'sport = :80'\""),
        ("/usr/bin/ssh -J a db", "a; b", "/usr/bin/ssh -J a db 'a; b'"),
        ("docker exec web", "ss -ltn 'sport = :80'", "docker exec web ss -ltn 'sport = :80'"),
        ("docker exec web", "a | b", "docker exec web sh -c 'a | b'"),
        ("ssh db", 'echo "$(id)"', "ssh db 'echo \"$(id)\"'"),
    ],
)
def test_a_command_behind_a_prefix_is_read_there_as_here(prefix: str | None, command: str, line: str) -> None:
    """Ssh hands its words to a shell, so they are quoted once more; other prefixes get a shell where one is needed."""
    assert behind(prefix, command) == line


def test_every_command_of_a_line_is_changed_and_nothing_in_quotes() -> None:
    """A line is taken apart at `;`, `&&` and `|` that are not quoted, and keeps its form."""
    assert each("a 'x; y' | b && c; d", lambda one: f"<{one}>") == "<a 'x; y'> | <b> && <c>; <d>"
    assert quoted("[::1]:80") == "[::1]:80"
    assert quoted("[a b]") == "'[a b]'"


def test_what_is_not_known_gets_no_sudo() -> None:
    """Where nobody looked who the session is, commands are as they are; nobody's gets sudo, root's none."""
    remedy = Remedy(do="x", command="nft list ruleset | grep drop; ip route get 10.0.0.1", changes=False)

    assert fitted(_case(), [remedy]) == (remedy,)
    assert fitted(on(_case()), [remedy]) == (remedy,)
    assert fitted(on(_case(), user=1000), [remedy])[0].command == f"sudo {remedy.command}"


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("journalctl -k -g 'audit|apparmor'", "dmesg | grep -E 'audit|apparmor'"),
        ("journalctl -k --grep='[Oo]ut of memory'", "dmesg | grep -E '[Oo]ut of memory'"),
        ("ausearch -m avc -ts recent; journalctl -k -g 'a;b'", "ausearch -m avc -ts recent; dmesg | grep -E 'a;b'"),
        ("journalctl -u postgresql -n 50", "ls -lt /var/log"),
        ("systemctl status redis.service; journalctl -u redis.service -n 50", "ps -eo pid,user,lstart,args; ls -lt /var/log"),
        ("systemctl show web -p NRestarts; systemctl cat web", "ps -eo pid,user,lstart,args"),
        ("timedatectl status", "date --utc"),
        ("resolvectl flush-caches", "nscd -i hosts"),
        ("resolvectl dns; dig example.org", "cat /etc/resolv.conf; dig example.org"),
        ("systemctl restart web", ""),
        ("ssh db journalctl -u web -n 50", "ssh db journalctl -u web -n 50"),
        ("nft list ruleset", "nft list ruleset"),
    ],
)
def test_a_machine_without_systemd_is_asked_in_other_words(command: str, instead: str) -> None:
    """What asks systemd is replaced by what any Linux has, and only where systemd is known to be absent; ssh leads elsewhere."""
    remedy = Remedy(do="See.", command=command, changes=command.startswith("systemctl restart"))

    assert fitted(on(_case(), systemd=True), [remedy]) == (remedy,)
    without = fitted(on(_case(), systemd=False), [remedy])[0]
    assert without.command == instead
    assert without.changes is False


def test_a_sentence_names_only_commands_that_the_machine_has() -> None:
    """The check that would tell, in prose, is fitted as the remedies are; what nothing replaces is left as it is."""
    words = "Look: `journalctl -k -g 'avc'`, then `systemctl restart web`."

    assert fitting_words(on(_case(), systemd=True), words) == words
    assert fitting_words(on(_case(), systemd=False), words) == "Look: `dmesg | grep -E 'avc'`, then `systemctl restart web`."
