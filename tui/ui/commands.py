"""All commands: the key of each, its word in the footer, and its sentence for help, palette and documents.

Nothing else defines a key. A command's id is the name of its action; `where` says which screen has that action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tui.ui.panels import PANELS, number_of

if TYPE_CHECKING:
    from textual.binding import Binding

Where = Literal["walk", "start", "screens", "anywhere"]
"""`screens`: every screen has its own; `anywhere`: the app has it."""
MOST_IN_FOOTER = 7
"""Nobody reads more keys than this at a glance; `?` lists the rest."""


class Command(NamedTuple):
    """Something that a person can ask for."""

    id: str
    keys: tuple[str, ...]
    """In Textual's names; the first is the one that is shown."""
    word: str
    says: str
    where: Where = "walk"
    in_footer: bool = False
    """Whether the footer may show it, in the order of the table, when it would do something."""
    priority: bool = False
    """Whether it comes before the focused widget, such as a field that takes every letter."""


COMMANDS = (
    Command("next", ("enter",), "next", "Go on: run the checks that wait, or give the answer under the cursor.", in_footer=True),
    Command("type", ("i",), "type", "Type the answer to the question.", in_footer=True),
    Command(
        "auto",
        ("a",),
        "auto",
        "Go on without stopping, except for questions; press again for one step at a time.",
        in_footer=True,
    ),
    Command("skip", ("s",), "skip", "Skip this step; to a question, answer “I don't know”.", in_footer=True),
    Command("back", ("b",), "back", "Take back the last answer; in a replay, go back one step.", in_footer=True),
    Command("copy", ("c",), "copy", "Copy the command under the cursor, or the first one that is shown.", in_footer=True),
    Command("verify", ("v",), "verify", "Try again and again until it connects and keeps connecting.", in_footer=True),
    Command("report", ("r",), "report", "Write the report, and copy it to the clipboard.", in_footer=True),
    Command("verdict", ("d",), "verdict", "Show the verdict so far, with its facts and remedies."),
    Command("test", ("t",), "test", "Test this cause now, with all the checks that it needs."),
    Command("exclude", ("x",), "exclude", "Set this cause aside: you know that it isn't this one."),
    Command("filter", ("slash",), "filter", "Filter the sockets by port, address, process or user."),
    Command("sort", ("o",), "sort", "Sort the sockets by port, owner, address or queue."),
    *(Command(f"panel('{slot.name}')", (str(number_of(slot.name)),), slot.word, slot.says) for slot in PANELS),
    Command("neighbour(1)", ("right", "l"), "next panel", "Go to the next panel; in the walk, unfold."),
    Command("neighbour(-1)", ("left", "h"), "previous panel", "Go to the previous panel; in the walk, fold."),
    Command("new", ("n",), "new", "Choose another target, or another session; this one stays open.", in_footer=True),
    Command(
        "start",
        ("enter",),
        "start",
        "At the start: begin the walk, or open the session under the cursor.",
        "start",
        in_footer=True,
        priority=True,
    ),
    Command("escape", ("escape",), "back", "Go back: close what is open, or follow the walk again.", "screens"),
    Command("help", ("question_mark", "f1"), "help", "Show every key, and what this panel shows.", "anywhere", in_footer=True),
    Command("palette", ("ctrl+p",), "commands", "Search all commands by name.", "anywhere", priority=True),
    Command("quit", ("q", "ctrl+q"), "quit", "Leave, and print where the session is kept.", "anywhere", in_footer=True),
    Command("stop", ("ctrl+z",), "stop", "Stop, and give the terminal to the shell; fg goes on.", "anywhere", priority=True),
    Command("interrupt", ("ctrl+c",), "interrupt", "Leave at once, from anywhere.", "anywhere", priority=True),
)

_SHOWN = {"enter": "Enter", "slash": "/", "question_mark": "?", "escape": "Esc", "left": "←", "right": "→", "f1": "F1"}


def shown_key(key: str) -> str:
    """A key as people write it: `Enter`, `?`, `Ctrl+P`."""
    return _SHOWN.get(key) or "+".join(part.capitalize() if "+" in key else part for part in key.split("+"))


def key_of(command: Command) -> str:
    """The key that is shown for a command."""
    return shown_key(command.keys[0])


def bindings(*where: Where) -> list[Binding]:
    """The Textual bindings of the commands that belong to these screens."""
    from textual.binding import Binding

    return [
        Binding(
            ",".join(command.keys),
            command.id,
            command.word,
            show=False,
            priority=command.priority,
            id=command.id,
            tooltip=command.says,
        )
        for command in COMMANDS
        if command.where in where
    ]


def footer(available: frozenset[str], *, where: Where = "walk") -> list[Command]:
    """The commands that the footer shows: those that would do something, always with help and quit at the end."""
    wanted = [
        command for command in COMMANDS if command.in_footer and command.where in {where, "anywhere"} and command.id in available
    ]
    always = [command for command in wanted if command.where == "anywhere"]
    return [*[command for command in wanted if command not in always][: MOST_IN_FOOTER - len(always)], *always]


def key_table() -> str:
    """The keys as a Markdown table, for the documents."""
    rows = [f"| {' '.join(f'`{shown_key(key)}`' for key in command.keys)} | {command.says} |" for command in COMMANDS]
    return "\n".join(["| key | does |", "|---|---|", *rows])
