"""What is found by its path is complete: every request has its probe, every fact its words, every panel its key and picture.

A union with `assert_never` would let the type checker see it; here each member is checked.
"""

import importlib
import inspect
from types import ModuleType
from typing import get_args

import pytest
from msgspec import Struct

from tests.approved import ROOT
from tui import probes, vantage
from tui.by_path import modules_below, modules_by_tag, tag_of
from tui.engine.runner import probe_for
from tui.model.facts import AnyFact
from tui.model.requests import AnyRequest, Schedule
from tui.report import facts, formats
from tui.report.sentences import check_sentence, fact_sentence
from tui.ui.commands import COMMANDS
from tui.ui.panels import PANELS, number_of, panels_in
from tui.ui.panels.panel import Panel

REQUESTS: tuple[type[Struct], ...] = get_args(AnyRequest)
FACTS: tuple[type[Struct], ...] = get_args(AnyFact)
TAGS = {str(kind.__struct_config__.tag) for kind in REQUESTS}
HIGHEST_KEY = 9

each_request = pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
each_panel = pytest.mark.parametrize("name", [slot.name for slot in PANELS])


def answers(module: ModuleType, kind: type[Struct]) -> bool:
    """Whether a module's `check` takes this kind of request."""
    parameters = list(inspect.signature(module.check).parameters.values())
    return parameters[0].annotation is kind and [one.name for one in parameters[:2]] == ["request", "system"]


@each_request
def test_every_request_has_its_probe(kind: type[Struct]) -> None:
    """The module of its tag answers it, here and, where it has a vantage, at the other end; attempts are made one by one."""
    tag = str(kind.__struct_config__.tag)
    here = importlib.import_module(modules_by_tag(probes)[tag])

    assert answers(here, kind)
    assert hasattr(here, "attempt") == issubclass(kind, Schedule)
    assert (tag in modules_by_tag(vantage)) == ("vantage" in kind.__struct_fields__)
    if "vantage" in kind.__struct_fields__:
        assert answers(importlib.import_module(modules_by_tag(vantage)[tag]), kind)


def test_the_vantage_decides_who_answers() -> None:
    """A request through a command prefix is answered by the module of the other end."""
    from tui.model.requests import ListListeners

    assert probe_for(ListListeners()).__name__ == "tui.probes.sockets.listeners"
    assert probe_for(ListListeners(vantage="ssh db-1")).__name__ == "tui.vantage.listeners"


@pytest.mark.parametrize("room", [probes, vantage], ids=lambda room: room.__name__)
def test_no_probe_is_left_without_its_request(room: ModuleType) -> None:
    """Every module that can be asked has a tag of its own name, and no two share it."""
    asked = [name for name in modules_below(room) if hasattr(importlib.import_module(name), "check")]

    assert {tag_of(name) for name in asked} <= TAGS
    assert [name for name in modules_below(room) if tag_of(name) in TAGS] == asked


@each_request
def test_every_check_has_its_words(kind: type[Struct]) -> None:
    """Something below report/facts names it."""
    for module in modules_below(facts):
        importlib.import_module(module)

    assert check_sentence.dispatch(kind) is not check_sentence.dispatch(object)


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_every_fact_has_its_words(kind: type[Struct]) -> None:
    """Something below report/facts says it."""
    for module in modules_below(facts):
        importlib.import_module(module)

    assert fact_sentence.dispatch(kind) is not fact_sentence.dispatch(object)


def test_what_has_no_words_is_a_defect_that_names_itself() -> None:
    """A kind that nobody registered is never shown as something else."""
    with pytest.raises(TypeError, match="names the check int"):
        check_sentence(1)
    with pytest.raises(TypeError, match="words for the fact int"):
        fact_sentence(1)


@each_panel
def test_every_panel_has_its_key_help_and_picture(name: str) -> None:
    """The row in PANELS has its file, its key, a title and a help text, and a picture in a usual terminal."""
    slot = PANELS[number_of(name) - 1]
    panel = next(one for one in panels_in(slot.column) if one.id == name)
    command = next(one for one in COMMANDS if one.id == f"panel('{name}')")

    assert command.keys == (str(number_of(name)),)
    assert command.says.endswith(".")
    assert panel.TITLE
    assert panel.HELP.endswith(".")
    assert panel.number == number_of(name) <= HIGHEST_KEY
    assert (ROOT / "screenshots" / f"{slot.word}-80x24.svg").is_file()


def test_every_panel_file_has_its_row() -> None:
    """A panel that is not in PANELS would never be seen."""
    from tui.ui import panels

    modules = [importlib.import_module(name) for name in modules_below(panels)]
    files = {tag_of(module.__name__) for module in modules if isinstance(getattr(module, "PANEL", None), type)}

    assert files == {slot.name for slot in PANELS}
    assert all(issubclass(module.PANEL, Panel) for module in modules if tag_of(module.__name__) in files)


@pytest.mark.parametrize("name", formats.options())
def test_every_format_has_its_help_and_its_text(name: str) -> None:
    """The first line of its docstring is its help, and it can be loaded by its name."""
    assert formats.options()[name]
    assert callable(formats.load(name).render)
