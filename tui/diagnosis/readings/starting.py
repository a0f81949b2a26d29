"""What to do about a service that should listen and does not, where nothing else is known of it: look at it, and start it."""

from collections.abc import Iterator

from tui.diagnosis.readings import commands, hosts
from tui.diagnosis.readings.answers import service_name
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.judgement import Remedy


def remedies(case: Case, address: str, *, unit: str) -> Iterator[Remedy]:
    """Look first, on the machine that has `address`; start it where its `unit` is known, by name or by its kind.

    Without systemd there is nothing to start it with: it is said what should run.
    """
    prefix, where, port = commands.prefix_to(case, address), commands.on(case, address), case.tcp.port
    family, named = hosts.meant_family(case), service_name(case)
    what = named or (f"the service that belongs there, {family.name} by its port" if family else "the service that belongs there")
    connects = f"`ss -ltn 'sport = :{port}'` shows a listener there, and {case.target.label} connects."
    if commands.is_in_pod(case):
        yield Remedy(
            do="See which pods stand behind that name, whether they are ready, and on which port they listen.",
            command=commands.endpoints(case),
            verify="The service has ready endpoints on the port that the client uses.",
        )
        return
    look = commands.status(case, unit, prefix=prefix)
    if not commands.has_systemd(case, prefix):
        yield Remedy(
            do=commands.opening(where, f"See whether {what} runs. No systemd is here: start it as it was started before."),
            command=look,
            verify=connects,
        )
        return
    yield Remedy(
        do=commands.opening(where, f"See how {what} does." if unit else f"See what has failed; {what} may be among it."),
        command=look,
        verify="Its state, and its last words, say why it does not listen.",
    )
    yield Remedy(
        do=commands.opening(where, f"Then start {what}." if unit else f"Then start {what}, by its unit's name."),
        command=behind(prefix, f"systemctl start {quoted(unit)}") if unit else "",
        changes=bool(unit),
        verify=connects,
    )
