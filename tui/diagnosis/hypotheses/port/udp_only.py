"""The port is bound for UDP only."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out, still_open
from tui.diagnosis.looks import SOCKETS, TRANSLATIONS
from tui.diagnosis.readings import checks, commands, hosts, outcomes
from tui.diagnosis.readings.no_refusal import no_refusal
from tui.model.case import Case
from tui.model.facts import Listener, Listeners, TcpAttempt
from tui.model.judgement import Remedy
from tui.model.requests import AnyRequest

FIRST_EPHEMERAL = 32768
"""From this port on, the kernel gives ports to clients (ip_local_port_range), whose UDP sockets look like a server's."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and the socket table here and at the other end."""
    yield from checks.basics(case)
    yield from checks.tables(case)


def judge(case: Case) -> Finding:
    """A UDP socket on the port, and no TCP listener."""
    refused = outcomes.refused_by_reset(case)
    if not refused:
        return no_refusal(case)
    tables = [(address, table) for address in refused if (table := hosts.table(case, address))]
    if not tables:
        return not_looked_at("The socket table has not been seen.")
    for address, table in tables:
        rows = outcomes.on_port(table, case.tcp.port, "udp")
        row = next((row for row in rows if hosts.reaches(row, address, here=outcomes.is_local(case, address))), None)
        if row and not outcomes.on_port(table, case.tcp.port) and not outcomes.connecting(case):
            same = {other: attempt for other, attempt in refused.items() if hosts.table(case, other) is table}
            return _bound_for_udp(case, same, table, row)
    return ruled_out("The port is not bound for UDP alone.", *outcomes.ids(*(table for _, table in tables)))


def _bound_for_udp(case: Case, refused: dict[str, TcpAttempt], table: Listeners, row: Listener) -> Finding:
    port = case.tcp.port
    who = hosts.owner(row)
    summary = f"{who} uses port {port} for UDP only: no TCP service is there."
    reason = f"A reset came back; the socket table has UDP {row.address}:{port}, and no TCP listener on that port."
    evidence = outcomes.ids(*refused.values(), table)
    culprit = hosts.listener_culprit("process", row)
    refuted_by = f"A TCP listener in `ss -ltn 'sport = :{port}'`."
    remedies = tuple(_remedies(case, port, row))
    meant, serves = hosts.meant_family(case), hosts.serves(row)
    if meant and meant != serves:
        return still_open(
            f"{reason} But {meant.name} is asked over TCP, and {who} is not known for it: a namesake by its number.",
            *evidence,
            summary=f"{who} uses the same number for UDP only.",
            next_check=f"Whether {who} is what {case.target.label} stands for; if so, name it: --service NAME.",
            explains=refused,
        )
    if port < FIRST_EPHEMERAL and not table.omitted and not hosts.contradicts(case, row):
        return claim(
            summary, *evidence, reason=reason, explains=refused, culprit=culprit, refuted_by=refuted_by, remedies=remedies
        )
    return claim(
        summary,
        *evidence,
        reason=reason,
        missing=f"Whether {who} is the service that {case.target.label} stands for; it may be a client's socket by chance.",
        explains=refused,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(case: Case, port: int, row: Listener) -> Iterator[Remedy]:
    yield Remedy(
        do="If the service speaks UDP, let the client use UDP.",
        command=f"ss -lunp 'sport = :{port}'",
        verify="The client gets an answer over UDP.",
    )
    yield Remedy(
        do=f"If {row.process or 'it'} offers TCP as well, switch that on in its settings and restart it.",
        command=commands.apply(case, row),
        changes=bool(commands.apply(case, row)),
        verify=f"ss -ltn 'sport = :{port}' shows a listener.",
    )


HYPOTHESIS = Hypothesis(
    place=20,
    onset="setting",
    title="TCP, not UDP",
    question="Is the port open for UDP only?",
    why="TCP and UDP have separate ports of the same number. A service that speaks UDP alone refuses TCP.",
    meaning="The port is bound for UDP only.",
    proof="A UDP socket on the port, and no TCP listener.",
    mistaken_for=("server.not-listening",),
    supersedes=frozenset({"server.not-listening"}),
    shown_by=(Listeners,),
    looks=(SOCKETS, TRANSLATIONS),
    needs=needs,
    judge=judge,
)
