"""The sockets: what matters to the target first, sorted, filtered, and what can't be seen said."""

import pytest

from tests.ui.checks import OTHERS, POSTGRES, listener
from tests.ui.snapshots import snapshot
from tui.model.facts import Listener, Listeners
from tui.model.options import Options
from tui.ui.rows.sockets import (
    SORTS,
    UNRELATED,
    detail,
    empty_words,
    heads,
    newest_table,
    notes,
    ranking,
    socket_line,
    sockets,
    sort_at,
)
from tui.ui.rows.text import cells, plain

CASE = snapshot("postgresql://127.0.0.1:5432").case
RANK = ranking(CASE)
TABLE = Listeners(listeners=(*OTHERS, POSTGRES), hidden_owners=2)


def ports(*rows: Listener, sort: str = "port") -> list[int]:
    """The ports in the order of the panel."""
    return [one.port for one in sockets(Listeners(listeners=rows), RANK, sort=sort)]


def test_what_matters_comes_first() -> None:
    """The target's port, then the same port by UDP, then its service elsewhere, then a slip away, then all others."""
    same, udp = listener(5432, "python", 1), listener(5432, "python", 2, proto="udp")
    service, slip, other = listener(7000, "postgres", 3), listener(5433, "python", 4), listener(22, "sshd", 5)

    assert ports(other, slip, service, udp, same) == [5432, 5432, 7000, 5433, 22]
    rows = sockets(Listeners(listeners=(other, slip, service, udp, same)), RANK)
    assert [one.proto for one in rows[:2]] == ["tcp", "udp"]
    assert [plain(socket_line(one, RANK(one), 60))[0] for one in rows] == ["▸", "▸", "▸", "▸", " "]


def test_the_service_that_should_listen_matters() -> None:
    """A unit that the person named is found on whatever port."""
    case = snapshot("127.0.0.1:9999", options=Options(service="reports")).case
    rows = sockets(Listeners(listeners=(*OTHERS, listener(7001, "python", 9, unit="reports.service"))), ranking(case))

    assert rows[0].unit == "reports.service"


@pytest.mark.parametrize(("sort", "first"), [("port", 22), ("who", 9100), ("address", 22), ("queue", 8000)])
def test_sorting(sort: str, first: int) -> None:
    """Each order puts its own row first among those that do not matter to the target."""
    known = (listener(22, "sshd", 1, address="0.0.0.0"), listener(8000, "gunicorn", 2, queue=7), listener(9100, "agent", 3))

    assert ports(*known, sort=sort)[0] == first


@pytest.mark.parametrize("wanted", ["redis", "6379", "127.0.0.1:6379", "REDIS-SERVER"])
def test_filtering(wanted: str) -> None:
    """The filter looks at port, address, process and user, whatever the case of its letters."""
    assert [one.port for one in sockets(TABLE, RANK, wanted=wanted)] == [6379]


@pytest.mark.parametrize("width", [30, 37, 52, 78, 160])
def test_rows_fill_their_width(width: int) -> None:
    """Rows and head take exactly the cells that they are given."""
    assert cells(plain(heads(width))) == width
    assert {cells(plain(socket_line(one, RANK(one), width))) for one in sockets(TABLE, RANK)} == {width}


def test_wide_tables_show_queue_and_user() -> None:
    """Where there is room, the queue stands against its limit, and the user beside the process."""
    one = sockets(TABLE, RANK, wanted="gunicorn")[0]

    assert "129/128" in plain(socket_line(one, UNRELATED, 78))
    assert "app" in plain(socket_line(one, UNRELATED, 78))
    assert "129/128" not in plain(socket_line(one, UNRELATED, 37))


def test_a_click_on_a_head_sorts_by_it() -> None:
    """Each column's name stands for an order, except the protocol's and the user's."""
    found = {sort_at(cell, 78) for cell in range(78)}

    assert found == {None, *SORTS}


def test_what_is_not_shown_is_said() -> None:
    """Hidden owners, a filter and a table that was cut are said, each once."""
    table = Listeners(listeners=OTHERS, hidden_owners=2, omitted=7)
    said = [plain(one) for one in notes(table, 1, "redis")]

    assert said == [
        f"filter 'redis': 1 of {len(OTHERS)}, Esc clears it",
        "2 owners hidden: root may see them",
        "7 more sockets were left out",
    ]
    assert [plain(one) for one in notes(Listeners(listeners=OTHERS, owners_known=False), 12, "")] == ["looking for the owners"]
    assert notes(None, 0, "") == []


def test_everything_about_one_socket() -> None:
    """The line below the table has what the row has no room for."""
    said = detail(POSTGRES)

    assert all(part in said for part in ("pid 812", "user postgres", "queue 0/200", "/usr/lib/postgresql/16/bin/postgres"))


def test_the_vantage_that_was_chosen_comes_first() -> None:
    """With a check at the other end, its table is the one to show."""
    here, there = Listeners(listeners=OTHERS), Listeners(listeners=(POSTGRES,), vantage="ssh db-1")
    case = snapshot("db-1:5432", [there, here], options=Options(servers=("ssh db-1",))).case

    assert newest_table(case) == there
    assert newest_table(snapshot("db-1:5432", [here]).case) == here
    assert newest_table(CASE) is None


def test_a_unix_target_has_no_table() -> None:
    """For a socket in the file system the panel says where to look."""
    assert "Path" in empty_words(snapshot("/run/app.sock").case)
