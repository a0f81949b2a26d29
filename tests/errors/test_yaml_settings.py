"""YAML beside the code: settings with their lines, the ports that a compose file publishes, and text that means harm."""

from textwrap import dedent
from time import process_time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.errors.source import yaml_settings
from tui.errors.source.settings import read_settings
from tui.errors.source.yaml_settings import LONGEST_TEXT, MOST_NODES

PORTS = {
    "quoted": ('- "8080:80"', ("8080", "80")),
    "plain": ("- 8080:80", ("8080", "80")),
    "plain-that-yaml-takes-for-a-number": ("- 22:22", ("22", "22")),
    "with-an-address": ("- 127.0.0.1:8080:80/tcp", ("8080", "80")),
    "with-an-address-of-ipv6": ("- '[::1]:8080:80'", ("8080", "80")),
    "range": ("- 8080-8082:80-82", ("8080-8082", "80-82")),
    "one-of-a-range": ("- 8080-8090:80", ("8080-8090", "80")),
    "long": ("- target: 80\n  published: 8080", ("8080", "80")),
    "long-in-quotes": ("- target: 80\n  published: '8080'\n  protocol: tcp\n  mode: host", ("8080", "80")),
    "long-in-braces": ("- {target: 80, published: 8080}", ("8080", "80")),
    "long-without-a-target": ("- published: 8080", ("8080", "8080")),
    "udp": ("- 53:53/udp", None),
    "long-udp": ("- target: 53\n  published: 53\n  protocol: udp", None),
    "any-port-outside": ("- '80'", None),
    "any-port-of-an-address": ("- 127.0.0.1::80", None),
    "long-and-any-port-outside": ("- target: 80", None),
    "a-variable": ("- '${PORT:-8080}:80'", None),
    "no-port": ("- 99999:80", None),
    "zero": ("- 0:80", None),
    "backwards": ("- 8090-8080:80", None),
    "digits-without-end": (f"- {'9' * 5000}:80", None),
}


@pytest.mark.parametrize("name", PORTS)
def test_a_port_that_compose_publishes(name: str) -> None:
    """Each form of the format is read, with the service and the line; udp and what is not fixed are none."""
    item, expected = PORTS[name]
    lines = "".join(f"      {line}\n" for line in item.splitlines())

    found = read_settings("docker-compose.yml", f"services:\n  web:\n    ports:\n{lines}").published

    assert [(one.outside.label, one.inside.label, one.service) for one in found] == ([(*expected, "web")] if expected else [])
    assert [one.line for one in found] in ([], [4], [5])


def test_ports_on_one_line() -> None:
    """A list in brackets is a list."""
    text = 'services:\n  web: {ports: ["8080:80", "8443:443"]}\n  db:\n    ports: [ "5433:5432" ]\n'

    found = read_settings("deploy/compose.yaml", text).published

    assert [(one.service, one.outside.first, one.inside.first, one.line) for one in found] == [
        ("web", 8080, 80, 2),
        ("web", 8443, 443, 2),
        ("db", 5433, 5432, 4),
    ]


def test_the_first_version_of_the_format_has_its_services_at_the_top() -> None:
    """Without `services` each key is a service."""
    (found,) = read_settings("docker-compose.yml", "db:\n  image: postgres\n  ports:\n    - '5433:5432'\n").published

    assert (found.service, found.outside.first, found.line) == ("db", 5433, 4)


def test_only_a_compose_file_publishes() -> None:
    """The same words in another file are settings and no more."""
    assert read_settings("app.yaml", "services:\n  web:\n    ports:\n      - 8080:80\n").published == ()


def test_the_environment_of_a_service_is_read_in_both_forms() -> None:
    """A mapping and a list of assignments give the same keys, each with its line; what has no value is passed over."""
    text = dedent("""\
        services:
          web:
            environment:
              DB_PORT: 5433   # the new one
              DB_HOST: "db"
              EMPTY:
          job:
            environment:
              - DB_PORT=5434
              - DB_URL=postgres://db:5434/x=y
              - FROM_OUTSIDE
        """)

    found = read_settings("compose.yml", text).settings

    assert [(one.keys, one.value, one.line) for one in found] == [
        (("services", "web", "environment", "DB_PORT"), "5433", 4),
        (("services", "web", "environment", "DB_HOST"), "db", 5),
        (("services", "job", "environment", "DB_PORT"), "5434", 9),
        (("services", "job", "environment", "DB_URL"), "postgres://db:5434/x=y", 10),
    ]


def test_what_is_merged_in_counts_where_it_is_merged() -> None:
    """`<<: *base` brings the base's pairs, with the lines where they are written."""
    text = dedent("""\
        x-base: &base
          ports: ['8080:80']
          environment: {PORT: 1}
        services:
          web:
            <<: *base
          api:
            <<: [*base]
        """)

    found = read_settings("compose.yaml", text)

    assert [(one.service, one.line) for one in found.published] == [("web", 2), ("api", 2)]
    assert ("services", "web", "environment", "PORT") in [one.keys for one in found.settings]


def test_every_document_of_a_file_is_read() -> None:
    """Documents are separated by `---`, and lines are those of the file."""
    found = read_settings("k8s.yaml", "port: 1\n---\nserver:\n  port: 2\n---\n").settings

    assert [(one.keys, one.value, one.line) for one in found] == [(("port",), "1", 1), (("server", "port"), "2", 4)]


def test_a_value_of_several_lines_is_none() -> None:
    """Blocks and folded strings are texts, not settings."""
    assert [one.key for one in read_settings("a.yaml", "a: |\n  port: 1\nb: >\n  x\nc: 'x\n  y'\nd: 1\n").settings] == ["d"]


def test_what_is_no_yaml_is_read_by_its_lines() -> None:
    """A template, and a file with tabs, still tell their plain pairs."""
    template = "db:\n{{- if .Values.x }}\n  port: 5433\n{{- end }}\n"
    tabs = "db:\n\tport: 5433\n"

    for text in (template, tabs):
        assert [(one.key, one.value) for one in read_settings("values.yaml", text).settings] == [("port", "5433")]


BOMB = "a0: &a0 [x=1, x=2]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'{{k: *a{n - 1}}}'] * 9)}]\n" for n in range(1, 12))
HOSTILE = {
    "aliases-of-aliases": BOMB,
    "merges-of-merges": "m0: &m0 {a: 1}\n"
    + "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}\n" for n in range(1, 12)),
    "an-alias-of-itself": "a: &a\n  b: *a\n  c: [*a, x=1]\n  <<: *a\n",
    "brackets": "[" * LONGEST_TEXT,
    "braces": "{a: " * (LONGEST_TEXT // 4),
    "dashes": "- " * (LONGEST_TEXT // 2),
    "question-marks": "? " * (LONGEST_TEXT // 2),
    "a-list-without-end": "[" + "a," * (LONGEST_TEXT // 2 - 1),
    "a-huge-string": f"a: '{'x' * (LONGEST_TEXT - 10)}'",
    "a-huge-key": f"{'x' * (LONGEST_TEXT - 10)}: 1",
    "a-huge-file": "a: 1\n" * 100_000,
    "a-number-without-end": f"port: {'9' * 50_000}",
    "an-object": "a: !!python/object/apply:os.system ['touch /tmp/owned']\nport: 1\n",
    "an-escape-beyond-unicode": 'a: "\\UFFFFFFFF"',
    "control-characters": "a: \x00\x07\x1b[31m\nport: 1\n",
    "nothing": "",
    "not-yaml": "<html>\n<body>: 1</body>\n\t- &\n%%%%\n",
}


@pytest.mark.parametrize("loader", [getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader], ids=["libyaml", "python"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_holds_the_reader_up(name: str, loader: type[yaml.SafeLoader], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written, with libyaml and without, it ends without an error, in bounded time, with so many settings at most."""
    monkeypatch.setattr(yaml_settings, "_LOADER", loader)
    began = process_time()

    found = read_settings("compose.yaml", HOSTILE[name])

    assert process_time() - began < 10  # the slowest takes a fifth of a second, and two without libyaml
    assert len(found.settings) + len(found.published) <= MOST_NODES
    assert all(len(one.value) <= 2000 and all(len(key) <= 200 for key in one.keys) for one in found.settings)


PIECES = [
    *"[]{}:,-?&*!|>'\"%@#\n\t ",
    "  ",
    "a",
    "port",
    "ports:",
    "services:",
    "<<: ",
    "&a ",
    "*a",
    "- ",
    "8080:80",
    "---\n",
    "!!int ",
    "\\U",
]


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_yaml_makes_the_reader_raise(pieces: list[str]) -> None:
    """Any mixture of YAML's own signs is read, and every setting keeps a line of the file."""
    text = "".join(pieces)
    found = read_settings("compose.yaml", text)

    lines = [one.line for one in found.settings] + [one.line for one in found.published]
    assert all(1 <= line <= len(text.splitlines()) for line in lines)


def test_a_list_of_mappings_has_their_keys() -> None:
    """As in a deployment of Kubernetes; a key that is empty is none."""
    found = read_settings("a.yml", "env:\n  - name: PORT\n    value: 8080\n'': 1\n").settings

    assert [(one.keys, one.value, one.line) for one in found] == [
        (("env", "name"), "PORT", 2),
        (("env", "value"), "8080", 3),
    ]


def test_a_text_in_place_of_a_list_is_none() -> None:
    """Where a list of ports or of bases should be, a text is nothing at all: however long it is, what comes after it is read."""
    text = f"services:\n  a: {{ports: {'x' * MOST_NODES}}}\n  b: {{<<: {'x' * MOST_NODES}}}\n  c:\n    ports: ['8080:80']\n"

    found = read_settings("compose.yaml", text)

    assert [(one.service, one.outside.first) for one in found.published] == [("c", 8080)]
    assert [one.keys for one in found.settings] == [("services", "a", "ports")]
