"""The table of tracked connections has no room, here or at the other end, so new connections are dropped."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, counters, hosts, local_drops, outcomes
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import Counters, DropWatch, Fact, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, whether this machine keeps packets back, and the table here and at the other ends."""
    yield from checks.basics(case)
    yield from checks.life_signs(case)
    yield from counters.drop_checks(case)
    yield from local_drops.tracking_checks(case)


def judge(case: Case) -> Finding:
    """Silence, a table at its limit, and drops that rise with the attempts."""
    silent = {address: tried for address, tried in hosts.silent(case).items() if not outcomes.is_local(case, address)}
    if not silent:
        return ruled_out("No address of another machine stays silent.", *outcomes.ids(*outcomes.latest(case).values()))
    for address, tried in silent.items():
        watch = counters.drops_untracked(case, address)
        if watch:
            drops = f"connection tracking dropped {watch.busy.tracking} packets while {watch.tried} SYNs were sent"
            return _full(case, {address: tried}, watch, f"{drops}, and {watch.quiet.tracking or 0} in as long a time without.")
    kept = {address: tried for address, tried in silent.items() if local_drops.is_kept_here(case, address)}
    table = counters.full_tracking(case)
    packets = sum(1 + (attempt.retransmits or 0) for tried in kept.values() for attempt in tried)
    if kept and table and (counters.growth(case, "tracking_drops") or 0) >= packets:
        grown = counters.growth(case, "tracking_drops")
        return _full(case, kept, table, f"no packet left this machine, and connection tracking dropped {grown} meanwhile.")
    limits = local_drops.full_tracking(case)
    if kept and limits:
        return _full(
            case,
            kept,
            limits,
            "packets do not seem to leave this machine.",
            missing="`dmesg | grep 'nf_conntrack: table full'` (as root): a recent line confirms it.",
        )
    known = (case.last(Counters), *(watch for address in silent for watch in counters.watches(case, address)))
    here = case.last(Counters)
    if here and here.tracked is not None and not counters.is_full(here.tracked, here.tracking_limit) and case.options.servers:
        return ruled_out("The tables of tracked connections that were read have room.", *outcomes.ids(*known))
    return still_open("Whether the other end can track one more connection was not seen.", *outcomes.ids(*known))


def _full(case: Case, silent: dict[str, tuple[TcpAttempt, ...]], shown: Fact, reason: str, missing: str = "") -> Finding:
    first = next(iter(silent))
    vantage = getattr(shown, "vantage", None)
    limit = getattr(shown, "tracking_limit", None) or 0
    tracked = getattr(shown, "tracked", None) or getattr(shown, "tracked_connections", None) or 0
    count = f"{tracked:,} of {limit:,}"
    whose = "The table of tracked connections at the other end" if vantage else "This machine's table of tracked connections"
    return claim(
        f"{whose} is full ({count}): new ones, also to {outcomes.joined(silent)}, are dropped.",
        *outcomes.ids(
            *(attempt for tried in silent.values() for attempt in tried),
            *local_drops.forbidden_echoes(case, first),
            *(counters.readings_of(case) if isinstance(shown, Counters) else ()),
            shown,
        ),
        reason=f"nf_conntrack_count is at its limit ({count}), and {reason}",
        missing=missing,
        explains=silent,
        culprit=Culprit(kind="limit", limit="nf_conntrack_max", address=first),
        refuted_by=f"`{behind(vantage, 'sysctl net.netfilter.nf_conntrack_count')}` is far below nf_conntrack_max "
        "while attempts stay silent.",
        remedies=(
            Remedy(
                do="Find who opens so many connections.",
                command=f"{behind(vantage, 'conntrack -L')} | head -1000",
                verify="One address or port stands out.",
            ),
            Remedy(
                do="Raise the limit until they are fewer.",
                command=behind(vantage, f"sysctl -w net.netfilter.nf_conntrack_max={2 * limit}"),
                changes=True,
                verify=f"{endpoint(first, case.tcp.port)} connects or is refused.",
            ),
        ),
    )


HYPOTHESIS = Hypothesis(
    place=66,
    onset="change",
    title="room to track it",
    question="Is there room for one more tracked connection?",
    why="A packet filter that tracks connections drops new ones, without a word, once its table is full.",
    meaning="The table of tracked connections is full, here or at the other end: new connections are dropped.",
    proof="A table at its limit (nf_conntrack_count), and its counter of drops, which rises with the attempts.",
    mistaken_for=("path.local-firewall", "path.filtered", "client.blocked"),
    supersedes=frozenset({"path.filtered", "path.local-firewall", "client.blocked", "server.down"}),
    shown_by=(Counters, DropWatch),
    looks=(),
    needs=needs,
    judge=judge,
)
