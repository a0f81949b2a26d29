"""One table of commands feeds keys, footer, palette, help and README."""

from collections import Counter

import pytest

from tui.ui.app import RefusedApp
from tui.ui.commands import COMMANDS, MOST_IN_FOOTER, Command, Where, bindings, footer, key_table, shown_key
from tui.ui.screens.start import StartScreen
from tui.ui.screens.walk import WalkScreen


@pytest.mark.parametrize("where", ["walk", "start"])
def test_a_key_means_one_thing(where: Where) -> None:
    """No two commands of a screen share a key."""
    keys = Counter(key for one in COMMANDS if one.where in {where, "screens", "anywhere"} for key in one.keys)

    assert [key for key, times in keys.items() if times > 1] == []


def test_ids_are_unique() -> None:
    """A command is known by its id, so that its key can be changed."""
    assert len({one.id for one in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.id)
def test_every_command_has_its_action(command: Command) -> None:
    """What the table names, its screen or the app can do."""
    action = f"action_{command.id.partition('(')[0]}"
    owners: dict[Where, list[type]] = {
        "walk": [WalkScreen],
        "start": [StartScreen],
        "screens": [WalkScreen, StartScreen],
        "anywhere": [RefusedApp],
    }

    assert all(hasattr(owner, action) for owner in owners[command.where])


def test_the_footer_is_read_at_a_glance() -> None:
    """However much can be done, the footer shows seven keys at most, and help and quit are the last two."""
    everything = frozenset(one.id for one in COMMANDS)
    shown = footer(everything)

    assert len(shown) == MOST_IN_FOOTER
    assert [one.id for one in shown[-2:]] == ["help", "quit"]
    assert shown[0].id == "next"


def test_the_footer_shows_what_would_do_something() -> None:
    """Commands that would do nothing now are not offered."""
    assert [one.id for one in footer(frozenset({"help", "quit", "verify"}))] == ["verify", "help", "quit"]


def test_every_binding_can_be_changed_and_explains_itself() -> None:
    """Bindings have an id and a sentence."""
    made = bindings("walk", "start", "screens", "anywhere")

    assert len(made) == len(COMMANDS)
    assert all(one.id and one.tooltip for one in made)


def test_the_key_table_has_every_command() -> None:
    """The README's table: one row a command, in the words of the help."""
    table = key_table().splitlines()

    assert len(table) == len(COMMANDS) + 2
    assert "| `?` `F1` | Show every key, and what this panel shows. |" in table


@pytest.mark.parametrize(
    ("key", "shown"), [("enter", "Enter"), ("question_mark", "?"), ("slash", "/"), ("ctrl+p", "Ctrl+P"), ("a", "a"), ("f1", "F1")]
)
def test_keys_as_people_write_them(key: str, shown: str) -> None:
    """The names of keys on screen are those on the keyboard."""
    assert shown_key(key) == shown
