"""Which units may serve a port, word by word: options, variables, programs; and in which order they are told."""

import pytest

from tests.probes.test_services import unit
from tui.model.schemes import family_of_scheme
from tui.probes.services.candidates import MOST_CANDIDATES, chosen, family_named, is_named, ports_of, serves
from tui.probes.services.units import shown_units

OPTIONS = (
    *("-P", "--addr", "--address", "-b", "--bind", "--bind-addr", "--bind_address", "--host-port", "--http", "--http-addr"),
    *("--http.address", "--http-port", "--https", "--https-port", "--insecure-bind", "-l", "--listen", "--listen-addr"),
    *("--listen-address", "-p", "--port", "-port", "--server.port", "--web.listen-address", "--PORT"),
)
VARIABLES = (
    *("ADDR", "ADDRESS", "APP_PORT", "BIND", "BIND_ADDR", "BIND_ADDRESS", "BIND_PORT", "HOST_PORT", "HTTPS_PORT", "HTTP_ADDR"),
    *("HTTP_PORT", "LISTEN", "LISTEN_ADDR", "LISTEN_ADDRESS", "LISTEN_PORT", "PORT", "SERVER_ADDR", "SERVER_PORT"),
)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("value", ["8080", "0.0.0.0:8080", "[::]:8080", "http://0.0.0.0:8080/", "'8080'"])
def test_an_option_that_says_where_to_listen_names_a_port(option: str, value: str) -> None:
    """With `=` or as the next argument."""
    assert ports_of(unit(program="shop", arguments=(f"{option}={value}",))) == (8080,)
    assert ports_of(unit(program="shop", arguments=(option, value))) == (8080,)


@pytest.mark.parametrize("option", ["--redis-port", "--db.port", "-x", "--timeout", "--metrics", "-L", "-B"])
def test_an_option_that_says_something_else_names_none(option: str) -> None:
    """A port that is used, or a number that counts."""
    assert ports_of(unit(program="shop", arguments=(option, "8080"))) == ()
    assert ports_of(unit(program="shop", arguments=(f"{option}=8080",))) == ()


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_says_where_to_listen_names_a_port(name: str) -> None:
    """In the unit itself or in a file that it reads."""
    assert ports_of(unit(program="shop", environment=(f"{name}=8080",))) == (8080,)
    assert ports_of(unit(program="shop"), (f'"{name}=0.0.0.0:8080"',)) == (8080,)
    assert ports_of(unit(program="shop", environment=(f"REDIS_{name}=8080",))) == ()


@pytest.mark.parametrize(
    "program",
    [
        *("autossh", "curl", "kubectl", "mount", "mysql", "mysqldump", "nc", "ncat", "netcat", "pg_dump", "ping", "psql"),
        *("redis-cli", "socat-client", "ssh", "telnet", "wget"),
    ],
)
def test_a_program_that_connects_listens_nowhere(program: str) -> None:
    """The port in its arguments is some server's."""
    assert ports_of(unit(program=program, arguments=("-p", "8080"))) == ()


@pytest.mark.parametrize(
    ("arguments", "ports"),
    [
        (("-p8080",), (8080,)),
        (("--port",), ()),
        (("--port", "0"), ()),
        (("--port", "65535"), (65535,)),
        (("--port", "65536"), ()),
        (("TCP-LISTEN:8080,fork", "-"), (8080,)),
        (("tcp4-listen:8080",), (8080,)),
        (("tcp6-listen:8080",), (8080,)),
        (("tcp-l:8080",), (8080,)),
        (("tcp:8080",), ()),
        (("-m", "http.server", "8080"), (8080,)),
        (("-m", "http.server"), ()),
        (("-m", "other", "8080"), ()),
        (("--port", "8080", "--bind", "x:8080", "--listen", "8081"), (8080, 8081)),
    ],
)
def test_a_port_stands_in_the_arguments(arguments: tuple[str, ...], ports: tuple[int, ...]) -> None:
    """In the forms of common programs; each once."""
    assert ports_of(unit(program="shop", arguments=arguments)) == ports


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"load": "not-found"}, False),
        ({"load": ""}, False),
        ({"load": "masked"}, True),
        ({"type": "oneshot"}, False),
        ({"type": "simple"}, True),
        *(({"program": name}, False) for name in ("true", "echo", "sleep")),
        ({"program": "shop"}, True),
    ],
)
def test_a_unit_that_keeps_running_may_serve(fields: dict[str, str], expected: bool) -> None:
    """One that ends, or that does not exist, may not."""
    assert serves(unit(**fields)) is expected


def test_a_template_is_named_by_its_stem() -> None:
    """Case does not matter; another unit's beginning is no name."""
    instance = unit(id="Postgresql@15-main.service")

    assert is_named(instance, "postgresql")
    assert is_named(instance, "POSTGRESQL@15-main")
    assert not is_named(unit(id="postgresql-x.service"), "postgresql")


def test_a_kind_is_known_by_its_name() -> None:
    """Or not at all."""
    redis = family_of_scheme("redis")

    assert redis
    assert family_named(redis.name) is redis
    assert family_named("nobody") is None
    assert family_named(None) is None


def test_units_are_told_surest_first() -> None:
    """Those that name the port before those of its kind, services before sockets, running ones first, then by name."""
    names_it = {"environment": ("PORT=6379",)}
    units = [
        unit(id="redis.service", program="redis-server", active="active"),
        unit(id="b.service", active="inactive", **names_it),
        unit(id="c.service", active="active", **names_it),
        unit(id="a.socket", active="active", listens=("0.0.0.0:6379",)),
        unit(id="a.service", active="active", **names_it),
        unit(id="d.service", active="active", environment=("PORT=1",), program="redis-server"),
        unit(id="e.service", active="active", apart=True, **names_it),
        unit(id="f.service", active="active", load="not-found", **names_it),
        unit(id="g.service", active="active"),
    ]
    found = chosen(units, name=None, port=6379, family=family_of_scheme("redis"), environments={})

    assert [(one.id, why, ports) for one, why, ports in found] == [
        ("a.service", "port", (6379,)),
        ("c.service", "port", (6379,)),
        ("b.service", "port", (6379,)),
        ("a.socket", "port", (6379,)),
        ("redis.service", "family", ()),
    ]


def test_a_named_unit_is_told_with_its_ports_and_those_of_its_socket() -> None:
    """Whatever the port; one that does not exist is none; environment files count."""
    units = [
        unit(id="shop.service", triggered_by=("shop.socket",), type="oneshot"),
        unit(id="shop.socket", listens=("8081",)),
        unit(id="shop.socket", listens=("8082",), load="not-found"),
    ]

    (found,) = chosen(units[:2], name="shop", port=1, family=None, environments={"shop.service": ["PORT=8080"]})
    assert (found[0].id, found[1], found[2]) == ("shop.service", "named", (8080, 8081))
    assert chosen(units[2:], name="shop.socket", port=1, family=None, environments={}) == []


def test_six_units_are_told() -> None:
    """A longer list would be no hint."""
    units = [unit(id=f"{name}.service", environment=("PORT=80",)) for name in "abcdefgh"]

    assert len(chosen(units, name=None, port=80, family=None, environments={})) == MOST_CANDIDATES == 6


def test_what_a_manager_shows_is_cut() -> None:
    """Names, paths and sockets after 300 characters, a program and a word after 80; a mark says so."""
    long = "x" * 500
    (found,) = shown_units(
        f"Id={long}\nNames={long}\nTriggeredBy={long}\nTriggers={long}\nFragmentPath=/{long}\nType={long}\n"
        f"Listen={long} (Stream)\nExecStart={{ path=/usr/bin/{long} ; argv[]=/usr/bin/{long} ; }}\n"
    )

    assert [len(text) for text in (found.id, *found.names, *found.triggered_by, *found.triggers)] == [301] * 4
    assert [len(text) for text in (found.path, found.type, found.program, *found.listens)] == [301, 81, 81, 301]


def test_several_units_are_shown_one_after_another() -> None:
    """An empty line stands between them; the first of a name counts."""
    shown = shown_units("Id=a.service\nType=x\n\nType=y\n\nId=b.service\n\nId=a.service\nType=z\n")

    assert [(one.id, one.type) for one in shown] == [("a.service", "x"), ("b.service", "")]
