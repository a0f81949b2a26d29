"""The ways by which a value is followed back, by the names that libraries and people give them."""

import pytest

from tests.errors.test_source_values import read, said, values
from tui.errors.source.trace import DEEPEST

CONNECT = "import socket\nsocket.create_connection(('db', {}))  # <-"
HEAD_AND_CONNECT = "{}\nimport socket\nsocket.create_connection(('db', {}))  # <-"


@pytest.mark.parametrize(
    "read",
    [
        *(f"{name}('DB_PORT')" for name in ("os.getenv", "getenv", "os.environ.get", "environ.get", "os.environ.pop")),
        *(f"{name}['DB_PORT']" for name in ("os.environ", "environ")),
        *(f"{name}('DB_PORT')" for name in ("config", "env", "env.str", "env.int", "decouple.config", "environ.Env", "Env")),
    ],
)
def test_a_variable_is_read_in_many_ways(read: str) -> None:
    """The standard library, python-decouple and environs read the environment; a variable that is not set has no value."""
    assert said(CONNECT.format(read), "port", environ={"DB_PORT": "7001"}) == (
        "7001",
        "environment",
        "the environment variable DB_PORT, read at line 2",
    )
    assert said(CONNECT.format(read), "port")[:2] == (None, "environment")


@pytest.mark.parametrize("fallback", [", 5433", ", default=5433"])
def test_a_variables_default_is_told(fallback: str) -> None:
    """What the code takes where the variable is not set: by its place, or by the word `default` and no other."""
    assert said(CONNECT.format(f"env('DB_PORT'{fallback})"), "port")[:2] == ("5433", "default")
    assert said(CONNECT.format("env('DB_PORT', cast=int)"), "port")[:2] == (None, "environment")


@pytest.mark.parametrize("cast", ["int", "str", "float", "Path", "quote"])
def test_a_cast_changes_no_origin(cast: str) -> None:
    """A value goes through a cast; what it comes from is what it came from before."""
    assert said(HEAD_AND_CONNECT.format("PORT = 5433", f"{cast}(PORT)"), "port") == (
        "5433",
        "constant",
        "the constant PORT at line 1",
    )


@pytest.mark.parametrize("method", ["strip", "lower", "rstrip", "lstrip", "decode", "encode"])
def test_a_method_of_a_text_changes_no_origin(method: str) -> None:
    """A text goes through its own methods too; `strip` and `lower` are carried out."""
    code = f"import socket\nHOST = ' DB '\nsocket.create_connection((HOST.{method}(), 1))  # <-"
    value, origin, _ = said(code, "host")

    assert origin == "constant"
    assert (value or "").strip() == ("db" if method == "lower" else "DB")
    assert (value == "DB") == (method == "strip")


def test_a_text_that_is_no_number_gives_no_port() -> None:
    """`int` of digits is a number, spaces around them or not; of anything else there is no value."""
    assert said(CONNECT.format("int(' 5433 ')"), "port")[0] == "5433"
    assert said(CONNECT.format("int('http')"), "port")[0] is None


@pytest.mark.parametrize("maker", ["add_argument", "option", "add_option", "argument", "Option", "Argument"])
@pytest.mark.parametrize("parsed", ["args", "opts", "options", "ns", "parsed", "arguments"])
def test_an_option_is_known_by_its_flag(maker: str, parsed: str) -> None:
    """argparse, optparse, click and typer declare options; what is parsed bears one of the customary names."""
    head = f"x.{maker}('--retry', default=3)\nx.{maker}(flag, '-p', '--db-port', default=5433)"

    assert said(HEAD_AND_CONNECT.format(head, f"{parsed}.db_port"), "port") == (
        "5433",
        "argument",
        "the option -p at line 2, by default 5433",
    )
    assert said(HEAD_AND_CONNECT.format(f"x.{maker}('--db-port')", f"{parsed}.db_port"), "port") == (
        None,
        "argument",
        "the option --db-port at line 1",
    )
    assert said(HEAD_AND_CONNECT.format(head, f"{parsed}.other"), "port")[1] != "argument"
    assert said(HEAD_AND_CONNECT.format(head, "thing.db_port"), "port")[1] != "argument"


@pytest.mark.parametrize("loader", ["load", "loads", "safe_load", "ConfigParser", "RawConfigParser", "dotenv_values", "read"])
def test_what_a_loader_gives_is_a_setting(loader: str) -> None:
    """A key of what was loaded is looked up in the settings files, whatever the variable is called."""
    code = HEAD_AND_CONNECT.format(f"data = x.{loader}('f')", "data['db']['port']")

    assert said(code, "port", beside={"app.ini": "[db]\nport = 5433\n"}) == (
        "5433",
        "settings",
        "the setting db.port in app.ini:2",
    )
    assert said(code, "port") == (None, "settings", "the setting db.port, read at line 3")
    assert said(HEAD_AND_CONNECT.format("data = x.other('f')", "data['db']['port']"), "port")[1] == "unknown"


@pytest.mark.parametrize("word", ["config", "settings", "conf", "cfg", "options", "secrets", "params", "APP_CONFIG"])
def test_what_is_called_settings_is_a_setting(word: str) -> None:
    """An object of such a name is looked up in the settings files, by key and by attribute; another is not."""
    beside = {"app.ini": "[db]\nport = 5433\n"}

    assert said(CONNECT.format(f"{word}['db']['port']"), "port", beside=beside)[:2] == ("5433", "settings")
    assert said(CONNECT.format(f"{word}.db.port"), "port", beside=beside)[:2] == ("5433", "settings")
    assert said(CONNECT.format("thing['db']['port']"), "port", beside=beside)[:2] == (None, "unknown")
    assert said(CONNECT.format("thing.db.port"), "port", beside=beside)[:2] == (None, "unknown")


@pytest.mark.parametrize("reader", ["get", "getint"])
def test_a_parser_is_asked_by_section_and_key(reader: str) -> None:
    """A section and a key are looked up together; of a single key, with a number as its default or without, the key alone."""
    beside = {"app.ini": "[db]\nport = 5433\n[web]\nport = 80\nalone = 7\n"}

    assert said(CONNECT.format(f"parser.{reader}('db', 'port')"), "port", beside=beside)[:2] == ("5433", "settings")
    assert said(CONNECT.format(f"parser.{reader}('alone')"), "port", beside=beside)[:2] == ("7", "settings")
    assert said(CONNECT.format(f"parser.{reader}('alone', 8)"), "port", beside=beside)[:2] == ("7", "settings")
    value, _, sentence = said(CONNECT.format(f"parser.{reader}('port')"), "port", beside=beside)
    assert (value, sentence) == (None, "the setting port, read at line 2, in app.ini:2 or app.ini:4")


def test_a_dictionary_is_read_by_its_keys() -> None:
    """Of a dictionary in the file, also one inside another, the key's value is told; a missing key by its default, if any."""
    head = "C = {'db': {'port': 5433}, 'web': 80}"

    assert said(HEAD_AND_CONNECT.format(head, "C['db']['port']"), "port")[::2] == (
        "5433",
        "the constant C['db']['port'] at line 1",
    )
    assert said(HEAD_AND_CONNECT.format(head, "C.get('web')"), "port")[::2] == ("80", "the constant C['web'] at line 1")
    assert said(HEAD_AND_CONNECT.format(head, "C.get('none', 7)"), "port")[::2] == ("7", "the literal 7 at line 3")
    assert said(HEAD_AND_CONNECT.format(head, "C['none']"), "port")[::2] == (None, "C, a dictionary at line 1")
    assert said(HEAD_AND_CONNECT.format(head, "C[key]"), "port")[::2] == (None, "an expression at line 3")


def test_the_first_that_is_known_counts() -> None:
    """Of `a or b` the first that has a value; where none has, the first; both are named."""
    value, _, sentence = said(CONNECT.format("os.getenv('DB_PORT') or 5433"), "port")

    assert value == "5433"
    assert sentence == (
        "the environment variable DB_PORT, which is not set here, read at line 2, else the literal 5433 at line 2"
    )
    assert said(CONNECT.format("6000 or 5433"), "port")[::2] == ("6000", "the literal 6000 at line 2")
    assert said(CONNECT.format("os.getenv('A') or os.getenv('B')"), "port")[2].startswith("the environment variable A")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("5433 if x else 5433", "5433"), ("1 if x else 2", None), ("(port := 5433)", "5433"), ("1 + 2", None)],
)
def test_a_choice_has_a_value_where_its_ways_agree(value: str, expected: str | None) -> None:
    """Both ways of a condition, what is named on the way, and what is calculated."""
    assert said(CONNECT.format(value), "port")[0] == expected


def test_a_plain_function_gives_what_its_only_return_says() -> None:
    """One `return` with a value is followed; of two, or of none, only the call is named."""
    one = "def port():\n    return 5433"
    two = "def port():\n    if x:\n        return 1\n    return 2"
    none = "def port():\n    return"

    assert said(HEAD_AND_CONNECT.format(one, "port()"), "port")[::2] == (
        "5433",
        "what port() returns: the literal 5433 at line 2",
    )
    assert said(HEAD_AND_CONNECT.format(two, "port()"), "port")[::2] == (None, "what port() returns at line 6")
    assert said(HEAD_AND_CONNECT.format(none, "port()"), "port")[::2] == (None, "what port() returns at line 4")
    assert said(CONNECT.format("(lambda: 1)()"), "port")[::2] == (None, "what a call returns at line 2")


DIAL = "import socket\ndef dial(host, port=5433, *, late=5434):\n    socket.create_connection((host, {}))  # <-\n"


@pytest.mark.parametrize(
    ("name", "call", "expected"),
    [
        ("port", "", ("5433", "default")),
        ("late", "", ("5434", "default")),
        ("port", "dial('db')", ("5433", "default")),
        ("late", "dial('db')", ("5434", "default")),
        ("port", "dial('db', 7)", ("7", "argument")),
        ("port", "dial('db', port=7)", ("7", "argument")),
        ("late", "dial('db', 6, late=7)", ("7", "argument")),
        ("port", "dial('db', 7); dial('x', 7)", ("7", "argument")),
        ("port", "dial('db', 7); dial('x', 8)", (None, "unknown")),
        ("port", "dial('db', 7); dial('x')", (None, "argument")),
        ("port", "dial(*both, 7)", ("5433", "default")),
    ],
)
def test_an_argument_is_what_the_calls_give(name: str, call: str, expected: tuple[str | None, str]) -> None:
    """By place or by name; the default where no call gives it; nothing where the calls differ."""
    assert said(f"{DIAL.format(name)}{call}\n", "port")[:2] == expected


def test_the_first_argument_of_a_method_is_itself() -> None:
    """The places of a method's arguments count behind `self` or `cls`, those of a plain function from the first."""
    dial = "import socket\nclass A:\n  def go({}, host, port):\n    socket.create_connection((host, port))  # <-\n{}"
    for code in (dial.format("self", "A().go('db', 7)"), dial.format("cls", "A.go('db', 7)")):
        assert said(code, "port")[0] == "7"


@pytest.mark.parametrize("way", ["from {0} import PORT as P", "from .{0} import PORT as P", "from a.{0} import PORT as P"])
def test_a_constant_may_be_imported_under_another_name(way: str) -> None:
    """It is followed into the file that it comes from, and told with that file's line."""
    found = values(HEAD_AND_CONNECT.format(way.format("settings"), "P"), beside={"settings.py": "x = 1\nPORT = 5433\n"})["port"]

    assert (found.value, found.path, found.line) == ("5433", "settings.py", 2)
    assert found.sentence == "the constant PORT in settings.py:2"
    other = values(HEAD_AND_CONNECT.format(way.format("settings"), "P"), beside={"settings.py": "x = 1\n"})["port"]
    assert (other.value, other.path, other.sentence) == (None, "settings.py", "PORT in settings.py")
    assert said(HEAD_AND_CONNECT.format(way.format("settings"), "P"), "port")[2] == "P, which this file does not set"


@pytest.mark.parametrize("way", ["import settings as s", "import a.settings as s", "from a import settings as s"])
def test_a_module_may_be_imported_under_another_name(way: str) -> None:
    """A constant behind the module's name is followed into its file, unless nothing imports that name."""
    beside = {"settings.py": "x = 1\nPORT = 5433\n"}
    found = said(HEAD_AND_CONNECT.format(way, "s.PORT"), "port", beside=beside)

    assert found[::2] == ("5433", "the constant PORT in settings.py:2")
    assert said(HEAD_AND_CONNECT.format("import other as o", "s.PORT"), "port", beside=beside)[0] is None


def test_a_constant_of_a_third_file_is_told_there() -> None:
    """A chain of imports ends in the file that sets the value."""
    beside = {"settings.py": "from base import PORT\nOWN = PORT\n", "base.py": "\nPORT = 5433\n"}
    found = values(HEAD_AND_CONNECT.format("from settings import OWN", "OWN"), beside=beside)["port"]

    assert (found.value, found.path, found.line) == ("5433", "base.py", 2)


def test_code_in_circles_ends() -> None:
    """A name that leads back to itself has no value, and neither has one behind more steps than anybody follows."""
    steps = "\n".join(f"p{number} = p{number + 1}" for number in range(20)) + "\np20 = 5433"

    assert said(HEAD_AND_CONNECT.format("A = B\nB = A", "A"), "port")[0] is None
    assert said(HEAD_AND_CONNECT.format(steps, "p0"), "port")[0] is None
    assert said(HEAD_AND_CONNECT.format(steps, "p15"), "port")[0] == "5433"


@pytest.mark.parametrize("values_", ["(5433, 5433)", "[5433]", "{5433}"])
def test_a_loop_over_equal_values_has_that_value(values_: str) -> None:
    """The variable of a loop has a value where all that it runs over agree."""
    code = f"import socket\nfor port in {values_}:\n    socket.create_connection(('db', port))  # <-"

    assert said(code, "port")[0] == "5433"
    assert said(code.replace(values_, "ports"), "port")[::2] == (None, "port, one of the values of the loop at line 2")


def test_in_a_function_what_was_set_last_before_the_line_counts() -> None:
    """A later assignment in the same function does not count, a sure one replaces those before it, a branch adds its own."""
    body = (
        "import socket\ndef go():\n    port = 1\n    port = 2\n    {}socket.create_connection(('db', port))  # <-\n    port = 3\n"
    )

    assert said(body.format(""), "port")[0] == "2"
    assert said(body.format("if x: port = 9\n    "), "port")[::2] == (None, "port, set at line 4 or 5")


def test_files_that_import_from_each_other_end() -> None:
    """A name that two files hand to each other in circles has no value, and what else is known is still told."""
    beside = {"one.py": "from two import B\nA = B\n", "two.py": "from one import A\nB = A\n"}

    assert said(HEAD_AND_CONNECT.format("from one import A", "A"), "port", beside=beside)[0] is None
    assert said(HEAD_AND_CONNECT.format("from one import A", "A"), "host", beside=beside)[0] == "db"


NESTED = {
    "cast": "int({})",
    "condition": "(5433 if x else {})",
    "other way": "({} if x else 5433)",
    "named": "(n := {})",
    "or": "({} or missing())",
    "variable": "env('A', {})",
    "default of a lookup": "{{'b': 1}}.get('a', {})",
    "dictionary": "{{'a': {}}}['a']",
}


@pytest.mark.parametrize("way", NESTED)
def test_a_value_is_followed_over_a_dozen_steps(way: str) -> None:
    """As many steps as a person would follow, whichever they are; further there is no value."""
    near = far = "5433"
    for _ in range(DEEPEST):
        near = NESTED[way].format(near)
    for _ in range(DEEPEST + 1):
        far = NESTED[way].format(far)

    assert said(CONNECT.format(near), "port")[0] == "5433"
    assert said(CONNECT.format(far), "port")[0] is None


@pytest.mark.parametrize(
    ("first", "step"),
    [
        ("p0 = 5433", "p{1} = p{0}"),
        ("def p0(): return 5433", "def p{1}(): return p{0}()"),
        ("for p0 in [5433]: pass", "for p{1} in [p{0}]: pass"),
    ],
    ids=["names", "functions", "loops"],
)
def test_a_chain_is_followed_over_a_dozen_steps(first: str, step: str) -> None:
    """A name, a function and a loop count as one step each."""
    head = "\n".join([first, *(step.format(number, number + 1) for number in range(DEEPEST))])
    call = "p{}()" if "def" in first else "p{}"

    assert said(HEAD_AND_CONNECT.format(head, call.format(DEEPEST - 1)), "port")[0] == "5433"
    assert said(HEAD_AND_CONNECT.format(head, call.format(DEEPEST)), "port")[0] is None


def test_an_argument_is_followed_over_a_dozen_calls() -> None:
    """What is handed on from function to function is one step each."""

    def handed(times: int) -> str | None:
        chain = "".join(f"def f{number + 1}(p):\n    f{number}(p)\n" for number in range(times))
        dial = "import socket\ndef f0(p):\n    socket.create_connection(('db', p))  # <-\n"
        return said(f"{dial}{chain}f{times}(5433)\n", "port")[0]

    assert handed(DEEPEST - 1) == "5433"
    assert handed(DEEPEST) is None


def test_what_has_no_words_is_not_told() -> None:
    """An empty cast says nothing, neither before another value nor as what a function returns."""
    assert said(CONNECT.format("int() or 5433"), "port")[::2] == ("5433", "the literal 5433 at line 2")
    assert said(HEAD_AND_CONNECT.format("def port():\n    return int()", "port()"), "port")[2] == "what port() returns at line 4"


def test_an_empty_text_is_no_value_of_an_or() -> None:
    """Of `a or b` an empty text is passed over, as Python does."""
    assert said(CONNECT.format("'' or 5433"), "port")[0] == "5433"


def test_a_default_is_one_step() -> None:
    """What stands behind it is followed as far as anything else."""
    near, far = "5433", "5433"
    for _ in range(DEEPEST - 1):
        near = f"int({near})"
    far = f"int({near})"

    assert said(f"def dial(port={near}):\n    s.connect(('db', port))  # <-", "port")[0] == "5433"
    assert said(f"def dial(port={far}):\n    s.connect(('db', port))  # <-", "port")[0] is None


@pytest.mark.parametrize(
    ("way", "value"), [("from settings import PORT\n", "PORT"), ("import settings\n", "settings.PORT")], ids=["name", "module"]
)
def test_the_lines_of_the_stack_are_those_of_this_file(way: str, value: str) -> None:
    """In another file the same line number picks no call."""
    code = f"{way}def work():\n    pass  # via\ns.connect(('db', {value}))  # <-\n"
    beside = {"settings.py": "def port(p):\n    return p\nPORT = port(1)\nOTHER = port(2)\n"}

    assert said(code, "port", beside=beside)[0] is None
    assert said(code, "port", beside={"settings.py": beside["settings.py"].replace("2", "1")})[0] == "1"


def test_a_class_without_the_attribute_has_no_value() -> None:
    """It is named as it stands."""
    code = "class Settings:\n    HOST = 'db'\ns.connect((Settings.HOST, Settings.PORT))  # <-"

    assert said(code, "port")[::2] == (None, "the setting PORT, read at line 3")
    assert said(code.replace("Settings", "Web"), "port")[::2] == (None, "Web.PORT at line 3")


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("'http://db:%d' % PORT", "db", "5433"),
        ("'http://db:%s/%s' % (PORT, x)", "db", "5433"),
        ("'http://%s:5433' % where", None, "5433"),
        ("'http://{}:{}'.format('db', PORT)", "db", "5433"),
        ("'http://{0}:5433'.format('db')", "db", "5433"),
    ],
)
def test_a_url_may_be_made_from_a_pattern(url: str, host: str | None, port: str) -> None:
    """With one value or several; what is not known stays so, and the rest is told."""
    found = values(f"PORT = 5433\nrequests.get({url})  # <-")

    assert (found["host"].value, found["port"].value) == (host, port)


@pytest.mark.parametrize("url", ["where % PORT", "where.format(PORT)", "'http://%s:%d' % PORT", "'http://{}'.format(a, b)"])
def test_a_pattern_that_is_not_known_or_does_not_fit_gives_nothing(url: str) -> None:
    """Neither host nor port is made up."""
    found = values(f"PORT = 5433\nrequests.get({url})  # <-").values()

    assert {one.value for one in found} == {None}
    assert all("at line 2" in one.sentence or "where" in one.sentence for one in found)


ADDRESSES = {
    "attribute": "class A:\n  def __init__(self):\n    self.to = ('db', 5433)\n  def go(self):\n    s.connect(self.to)  # <-",
    "argument": "def dial(to):\n  s.connect(to)  # <-\ndial(('db', 5433))",
    "by name": "def dial(x, to):\n  s.connect(to)  # <-\ndial(1, to=('db', 5433))",
    "name": "def dial():\n  to = ('db', 5433)\n  s.connect(to)  # <-",
}


@pytest.mark.parametrize("way", ADDRESSES)
def test_a_pair_is_followed_to_where_it_is_made(way: str) -> None:
    """An attribute, an argument, a name: the expression that it stands for."""
    found = values(ADDRESSES[way])

    assert (found["host"].value, found["port"].value) == ("db", "5433")


def test_a_pair_that_may_be_several_is_none() -> None:
    """Of two callers, or of a loop, neither is taken."""
    assert read(f"{ADDRESSES['argument']}\ndial(('x', 1))") is None
    assert read("for to in pairs:\n  s.connect(to)  # <-") is None


def test_a_pair_is_followed_over_a_dozen_names() -> None:
    """And one more is not."""
    chain = "a0 = ('db', 5433)\n" + "".join(f"a{number + 1} = a{number}\n" for number in range(DEEPEST + 1))

    assert values(f"{chain}s.connect(a{DEEPEST})  # <-")["port"].value == "5433"
    assert read(f"{chain}s.connect(a{DEEPEST + 1})  # <-") is None


def test_a_value_is_told_with_its_name_and_its_place() -> None:
    """The key or the variable, the file and the line."""
    beside = {"app.ini": "[db]\nport = 5433\n", ".env": "# x\nDB_PORT=5433\n"}
    setting = values(CONNECT.format("config['db']['port']"), beside=beside)["port"]
    variable = values(CONNECT.format("os.getenv('DB_PORT')"), beside=beside)["port"]
    unset = values(CONNECT.format("os.getenv('OTHER')"), beside=beside)["port"]

    assert (setting.name, setting.path, setting.line) == ("db.port", "app.ini", 2)
    assert (variable.name, variable.path, variable.line) == ("DB_PORT", ".env", 2)
    assert (unset.name, unset.path, unset.line) == ("OTHER", None, 2)
