"""The guided tree as a table: its groups, and the questions that only a person can answer.

A group's leaves are the hypotheses whose files are in the folder of its name.
"""

from collections.abc import Callable

from msgspec import Struct

from tui.diagnosis.readings import answers, either_kind, outcomes
from tui.diagnosis.readings.likely_ports import likely_ports
from tui.diagnosis.readings.near_misses import to_ask_about
from tui.model.case import Case
from tui.model.facts import Outcome
from tui.model.target import Transport


class Group(Struct, frozen=True, kw_only=True):
    """A branch of the tree."""

    id: str
    title: str
    question: str
    transport: Transport = "tcp"
    """The kind of target that it is about."""


GROUPS = (
    Group(id="name", title="Name", question="Does the name lead to the right machine?"),
    Group(id="port", title="Port", question="Is it the right port?"),
    Group(id="path", title="Path", question="Does the way there let it through?"),
    Group(id="server", title="Server", question="Does the other end serve?"),
    Group(id="tls", title="Secure channel", question="Is the secure channel agreed?"),
    Group(id="upstream", title="Answer", question="Does what stands behind it answer?"),
    Group(id="client", title="Client", question="May this machine connect at all?"),
    Group(id="unix", title="Socket", question="Is the socket file right?", transport="unix"),
)


class Choice(Struct, frozen=True, kw_only=True):
    """One answer: its key in the session file, its words, and what it will do."""

    key: str
    label: str
    effect: str


class Question(Struct, frozen=True, kw_only=True):
    """What only the person knows or may allow."""

    id: str
    group: str
    text: Callable[[Case], str]
    why: str
    choices: tuple[Choice, ...]
    """The first is the default, under Enter."""
    free_text: bool = False
    """Whether the answer is typed; then the choices are shown beside the input."""
    applies: Callable[[Case], bool]
    """Whether it is worth asking, given the case."""
    about: str = ""
    """The cause that the answer decides: then it is asked although another cause is confirmed; empty for none."""
    preset: Callable[[Case], str | None] = lambda _case: None
    """The answer that the options already give, or None."""


UNKNOWN = Choice(key=answers.UNKNOWN, label="I don't know", effect="The walk goes on without it.")


def _silent_or_refused_elsewhere(case: Case) -> bool:
    """Another machine refuses or stays silent, so its other ports may tell more."""
    return any(outcomes.is_remote(case, address) for address in outcomes.failing(case, Outcome.REFUSED, Outcome.TIMEOUT))


def _ports_answer(case: Case) -> str | None:
    wish = case.options.probe_ports
    return None if wish is None else ("yes" if wish else "no")


QUESTIONS = (
    Question(
        id=answers.CONSENT_PORTS,
        group="port",
        text=lambda case: (
            f"Try {len(likely_ports(case.tcp))} other likely ports of {case.tcp.host}? "
            f"This sends one connection attempt to each: {', '.join(map(str, likely_ports(case.tcp)))}."
        ),
        why="An answer on another port shows that the machine lives, and may be the service itself.",
        choices=(
            Choice(
                key="yes",
                label="Yes, try them",
                effect="One attempt on each port; of those that accept, the few that fit are spoken to.",
            ),
            Choice(key="no", label="No", effect="Only the target's own port is used; some causes stay open."),
        ),
        applies=_silent_or_refused_elsewhere,
        preset=_ports_answer,
    ),
    Question(
        id=answers.MEANT,
        group="port",
        text=lambda case: f"Is {to_ask_about(case)} the one that you mean?",
        why="It is of the kind that is meant, which proves nothing: it may be a neighbour of a service that ended.",
        choices=(
            UNKNOWN,
            Choice(key="yes", label="Yes, that is the one", effect="Then the port is wrong, and that is certain."),
            Choice(key="no", label="No, it is another", effect="Then the service that is meant does not run."),
        ),
        applies=lambda case: bool(to_ask_about(case)),
        about="port.wrong-port",
    ),
    Question(
        id=answers.SERVICE,
        group="server",
        text=lambda case: f"Which unit, container or process should listen on port {case.tcp.port}?",
        why="A listener of that name on another port or address is then recognised for what it is.",
        choices=(UNKNOWN,),
        free_text=True,
        applies=lambda case: any(outcomes.is_local(case, address) for address in outcomes.refused_by_reset(case)),
        preset=lambda case: case.options.service,
    ),
    Question(
        id=answers.EVER_WORKED,
        group="server",
        text=lambda case: f"Did {case.target.label} ever work from here?",
        why="What worked before points to a change or a crash; what never worked points to a setting.",
        choices=(
            UNKNOWN,
            Choice(key="yes", label="Yes, it worked before", effect="A service that ended or a rule that changed comes first."),
            Choice(key="no", label="No, never", effect="A wrong name, port or address comes first."),
        ),
        applies=lambda case: bool(either_kind.failing(case)) and not either_kind.connecting(case),
    ),
)


def question(identifier: str) -> Question:
    """The question of this id. Raises KeyError for an unknown one."""
    return {entry.id: entry for entry in QUESTIONS}[identifier]
