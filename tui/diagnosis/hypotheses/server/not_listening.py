"""The machine is there and nothing listens on the port."""

from collections.abc import Iterator

from tui.diagnosis import looks, views
from tui.diagnosis.hypothesis import Hypothesis, confirmed, likely, not_tested, ruled_out
from tui.diagnosis.tree import service_name
from tui.model.case import Case
from tui.model.facts import Attempt, Listeners
from tui.model.judgement import Culprit, Judgement, Remedy
from tui.model.requests import AnyRequest
from tui.model.target import endpoint


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and the socket table here and on the far end."""
    yield from looks.basics(case)
    yield from looks.tables(case)


def judge(case: Case) -> Judgement:
    """A reset from the host itself, and no listener in its table."""
    if not views.attempts(case):
        return not_tested("Nothing has been tried yet.")
    refused = views.refused_by_reset(case)
    if not refused:
        return ruled_out("No address answers with a plain refusal.", *views.ids(*views.latest(case).values()))
    table, addresses = _table_of(case, refused)
    if table is None:
        return _from_outside(case, refused)
    found = [one for one in views.on_port(table, case.target.port) if any(views.covers(one, address) for address in addresses)]
    if found:
        return ruled_out(f"{found[0].who} listens on port {case.target.port}.", *views.ids(table))
    elsewhere = views.on_port(table, case.target.port)
    if elsewhere:
        return ruled_out(
            f"{elsewhere[0].who} listens on port {case.target.port} of {elsewhere[0].address}, another address.",
            *views.ids(table),
        )
    return _proved(case, {address: refused[address] for address in addresses}, table)


def _table_of(case: Case, refused: dict[str, Attempt]) -> tuple[Listeners | None, tuple[str, ...]]:
    """The socket table of the machine that refused, and the refusing addresses it speaks for."""
    here = tuple(address for address in refused if views.is_local(case, address))
    table = views.listeners(case)
    if here and table is not None:
        return table, here
    there = tuple(address for address in refused if views.is_remote(case, address))
    for prefix in case.options.servers:
        look = views.listeners(case, prefix)
        if there and look is not None:
            return look, there
    return None, ()


def _proved(case: Case, refused: dict[str, Attempt], table: Listeners) -> Judgement:
    port = case.target.port or 0
    places = views.joined(endpoint(address, port) for address in refused)
    return confirmed(
        f"Nothing listens on {places}: the machine itself answered with a reset.",
        *views.ids(*refused.values(), table),
        because=f"A reset came back, and the socket table has no TCP listener on port {port}.",
        explains=refused,
        culprit=Culprit(kind="address", address=next(iter(refused)), port=port),
        disproof=f"A listener on TCP port {port} in `ss -ltn` on that machine.",
        remedies=_remedies(case),
    )


def _from_outside(case: Case, refused: dict[str, Attempt]) -> Judgement:
    port = case.target.port or 0
    host = next(iter(refused))
    return likely(
        f"{host} answered with a reset: the machine is there, and most likely nothing listens on port {port}.",
        *views.ids(*refused.values()),
        because="A reset came back, and the far end's socket table was not seen.",
        tell_apart=f"On {host}: ss -ltnp 'sport = :{port}' (empty output confirms it); or give --server 'ssh {host}'.",
        explains=refused,
        culprit=Culprit(kind="address", address=host, port=port),
        disproof=f"A listener on {endpoint(host, port)} in that machine's `ss -ltn`, or a filter there that answers with resets.",
        remedies=_remedies(case),
    )


def _remedies(case: Case) -> Iterator[Remedy]:
    port = case.target.port
    service = service_name(case)
    unit = service or "NAME"
    yield Remedy(
        do=f"Start {service or 'the service that belongs there'}, on the machine that refused.",
        command=f"systemctl status {unit}; systemctl start {unit}",
        verify=f"ss -ltn 'sport = :{port}' shows a listener, and {case.target.label} connects.",
    )
    yield Remedy(
        do="If it runs, compare the port in its configuration with the one that the client uses.",
        command="ss -ltnp",
        verify="Both name the same port.",
    )


HYPOTHESIS = Hypothesis(
    place=20,
    title="listens",
    asks="Does anything listen on this port?",
    why="A reset is an answer: the machine is up and its kernel found no socket for the port.",
    means="The machine is there and nothing listens.",
    proof="A reset from the host itself, and no listener in its socket table, here or in a look from the server.",
    mistaken_for=("port.wrong-port", "server.bound-elsewhere"),
    needs=needs,
    judge=judge,
)
