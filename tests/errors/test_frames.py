"""The user's own innermost frame, in every language, below libraries and above the standard library."""

import pytest

from tui.errors import Frame, read_error

REFUSED = "Connection refused"
REVERSED = "Traceback (most recent call last)"


def _first(text: str) -> Frame:
    return read_error(text).code[0]


def test_pythons_root_cause_comes_first() -> None:
    """Of chained tracebacks the first one with the user's code names the call, not the line that raised the wrapper."""
    text = (
        'Traceback (most recent call last):\n  File "/srv/app/store.py", line 12, in load\n    db.connect()\n'
        '  File "/usr/lib/python3.11/socket.py", line 836, in create_connection\n    sock.connect(sa)\n'
        f"ConnectionRefusedError: [Errno 111] {REFUSED}\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "/srv/app/main.py", line 3, in <module>\n    load()\n'
        '  File "/srv/app/store.py", line 14, in load\n    raise StoreError from error\nstore.StoreError\n'
    )
    code = read_error(text).code

    assert code[0] == Frame(
        path="/srv/app/store.py", line=12, function="load", language="python", source="db.connect()", role="user"
    )
    assert [one.line for one in code if one.role == "user"] == [12, 14, 3]
    assert code[-1].role == "library"


def test_only_pythons_last_traceback_counts() -> None:
    """An unrelated traceback above, with nothing that chains it, names no line of this failure."""
    one = 'Traceback (most recent call last):\n  File "/srv/{0}.py", line {1}, in f\n    x\nValueError: no\n'
    assert [frame.path for frame in read_error(one.format("old", 1) + "done\n" + one.format("new", 2)).code] == ["/srv/new.py"]


def test_javas_root_cause_comes_first() -> None:
    """The last "Caused by" that holds the user's code names the call."""
    text = (
        "java.lang.IllegalStateException: no stock\n\tat com.example.Cart.show(Cart.java:9)\n"
        "Caused by: java.net.ConnectException: Connection refused\n\tat java.base/java.net.Socket.connect(Socket.java:633)\n"
        "\tat org.apache.http.Dial.open(Dial.java:5)\n\tat com.example.Stock.load(Stock.java:41)\n\t... 3 more\n"
    )
    code = read_error(text).code

    assert (code[0].path, code[0].line, code[0].function) == ("Stock.java", 41, "com.example.Stock.load")
    assert [one.function for one in code if one.role == "library"] == ["java.net.Socket.connect", "org.apache.http.Dial.open"]


STACKS = {
    "node": (
        """Error: connect ECONNREFUSED 127.0.0.1:1
    at TCPConnectWrap.afterConnect (node:net:1:2)
    at Pool.get (/srv/node_modules/pg/pool.js:3:4)
    at async load (/srv/web/db.ts:21:7)
    at main (/srv/web/a.ts:2:1)""",
        ("/srv/web/db.ts", 21, "load"),
    ),
    "go": (
        """panic: dial tcp 10.0.0.1:80: connect: connection refused

goroutine 1 [running]:
net.(*Dialer).Dial(0x1)
	/usr/local/go/src/net/dial.go:1 +0x1
github.com/lib/pq.Open(...)
	/root/go/pkg/mod/github.com/lib/pq@v1/conn.go:2
main.(*Store).open(0xc000)
	/src/store.go:33 +0x5
main.main()
	/src/main.go:9 +0x2""",
        ("/src/store.go", 33, "main.(*Store).open"),
    ),
    "go-log": (
        '2026/03/02 08:14:55 store.go:17: Get "http://a.b/": dial tcp 10.0.0.1:80: connect: connection refused',
        ("store.go", 17, None),
    ),
    "ruby": (
        """/usr/lib/ruby/3.1.0/socket.rb:61:in `connect': Connection refused - connect(2) for 10.0.0.1:80 (Errno::ECONNREFUSED)
	from /var/lib/gems/3.1.0/gems/redis-5/lib/redis.rb:3:in `open'
	from jobs/pull.rb:8:in `pull'
	from jobs/pull.rb:12:in `<main>'""",
        ("jobs/pull.rb", 8, "pull"),
    ),
    "php": (
        """PHP Fatal error:  Uncaught PDOException: Connection refused in /srv/vendor/db/Pdo.php:9
Stack trace:
#0 /srv/vendor/db/Pdo.php(9): PDO->__construct()
#1 /srv/src/Store.php(24): db\\Pdo->open()
#2 /srv/index.php(3): Store->load()
#3 {main}""",
        ("/srv/src/Store.php", 24, "Store->load"),
    ),
    "dotnet": (
        """System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.Connect(EndPoint e)
   at Shop.Store.Open(String host) in /src/Store.cs:line 18
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 4""",
        ("/src/Store.cs", 18, "Shop.Store.Open(String host)"),
    ),
    "rust": (
        """thread 'main' panicked at src/store.rs:40:9:
called `Result::unwrap()`: Os { code: 111, kind: ConnectionRefused }
   0: core::result::unwrap_failed
             at /rustc/59807/library/core/src/result.rs:1867:5
   1: shop::store::open
             at ./src/store.rs:40:9""",
        ("./src/store.rs", 40, "shop::store::open"),
    ),
    "elixir": (
        """** (DBConnection.ConnectionError) tcp connect (db:5432): connection refused - :econnrefused
    (db_connection 2.4.0) lib/db_connection.ex:1: DBConnection.run/2
    (shop 0.1.0) lib/shop/store.ex:12: Shop.Store.open/1""",
        ("lib/shop/store.ex", 12, "Shop.Store.open/1"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), STACKS.values(), ids=STACKS)
def test_the_users_innermost_frame_comes_first(text: str, expected: tuple[str, int, str | None]) -> None:
    """Frames of the runtime and of libraries are passed over; the line that made the call is named."""
    first = _first(text)
    assert (first.path, first.line, first.function) == expected
    assert first.role == "user"


def test_nodes_source_line_is_kept() -> None:
    """What Node prints above the caret is the frame's source."""
    text = "/srv/db.js:7\n    socket.open(port)\n           ^\n\nError: x\n    at open (/srv/db.js:7:12)"
    assert _first(text).source == "socket.open(port)"


def test_a_text_without_code_has_no_frames() -> None:
    """A tool's one line names no code, whatever numbers follow its colons."""
    assert read_error("rsync error: error in socket IO (code 10) at clientserver.c(125) [Receiver=3.1.2]").code == ()


LIBRARIES = {
    'File "{}", line 7, in f': (
        *("/srv/site-packages/a.py", "/usr/lib/python3/dist-packages/a.py", "/usr/lib64/python3.11/a.py", "/opt/lib/pypy3/a.py"),
        *("C:\\Python\\Lib\\a.py", "<frozen importlib>", "/opt/Python3.11/lib/a.py", "/srv/app.zip/a.py", "/srv/app.asar/a.py"),
    ),
    "    at f ({}:7:1)": (
        *("node:net", "internal/net.js", "/srv/node_modules/a.js", "C:\\srv\\node_modules\\a.js", "webpack-internal:/a.js"),
        *("net.js", "events.js", "dns.js", "_http_client.js", "timers.js", "_tls_wrap.js", "domain.js", "util.js", "fs.js"),
    ),
    "from {}:7:in `f' in a.rb: x": (
        *("<internal:kernel>", "/var/gems/a.rb", "/usr/lib/ruby/a.rb", "/usr/lib64/ruby/a.rb", "/opt/rubies/a.rb"),
        *("/srv/vendor/bundle/a.rb", "/srv/vendor/ruby/a.rb", "/usr/share/rubygems/a.rb"),
    ),
    "#0 {}(7): f()": ("/srv/vendor/a.php", "/usr/share/pear/a.php", "/usr/share/php/a.php"),
    "main.f()\n\t{}:7": (
        *("/root/go/pkg/mod/a.go", "/srv/vendor/a.go", "/usr/local/go/src/a.go", "/usr/lib/go-1.22/src/a.go"),
        *("/x/libexec/src/a.go", "/mod/toolchain@v1/a.go", "/golang/1.22/a.go", "_testmain.go", "/home/x/sdk/go1.22/a.go"),
    ),
    "{}.f()\n\t/srv/a.go:7": (
        *("runtime", "net", "net/http", "panic", "internal/poll", "os", "syscall", "testing", "bufio", "io", "sync", "context"),
        *("crypto/tls", "database/sql"),
    ),
    "   1: f\n    at {}:7": (
        *("/rustc/1/a.rs", "/x/.cargo/registry/a.rs", "/x/.cargo/git/a.rs", "src/libcore/a.rs", "src/libstd/a.rs"),
        *("src/liballoc/a.rs", "src/libcollections/a.rs", "library/a.rs", "/x/rustlib/a.rs", "/checkout/a.rs"),
    ),
}
"""For the line of a frame in each language, the paths (in Go also the packages) under which nobody's own code stands."""


@pytest.mark.parametrize(("line", "path"), [(line, path) for line, paths in LIBRARIES.items() for path in paths])
def test_an_installed_file_is_a_librarys(line: str, path: str) -> None:
    """The runtime's own files and those of packages are no user's code."""
    assert _first(f"{line.format(path)}\n").role == "library"


@pytest.mark.parametrize(
    "text",
    [
        *('File "/srv/own/lib/a.py", line 7, in f', "    at f (/srv/own/net.js:7:1)", "from /srv/own/lib/a.rb:7:in `f'"),
        *("#0 /srv/own/pears.php(7): f()", "main.f()\n\t/srv/own/go/a.go:7", "own/net.f()\n\t/srv/a.go:7"),
        "   1: f\n    at /srv/own/library/a.rs:7",
    ],
)
def test_a_file_elsewhere_is_the_users(text: str) -> None:
    """A file in a folder of one's own is the user's, and so is a package of one's own, whatever it is called."""
    assert _first(f"{text}\n").role == "user"


def test_pythons_frames_may_have_no_source() -> None:
    """Where the source is not there, as in a frozen program, each line of the stack is a frame all the same."""
    text = 'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f\n  File "/srv/b.py", line 2, in g\nOSError: x\n'
    code = read_error(text).code

    assert [(one.path, one.line, one.source) for one in code] == [("/srv/b.py", 2, None), ("/srv/a.py", 1, None)]


PANIC = "thread 'main' panicked at {at}:\ncalled `Result::unwrap()` on an `Err` value: Connection refused\n"
BACKTRACE = """stack backtrace:
   1: shop::connect
             at ./src/main.rs:12:5
   2: shop::main
             at ./src/main.rs:30:5
"""


@pytest.mark.parametrize(
    ("at", "frames"),
    [
        ("src/main.rs:12:5", [("./src/main.rs", 12), ("./src/main.rs", 30)]),
        ("src/main.rs:30:5", [("./src/main.rs", 12), ("./src/main.rs", 30)]),
        ("src/other.rs:12:5", [("./src/main.rs", 12), ("./src/main.rs", 30), ("src/other.rs", 12)]),
        ("src/main.rs:13:5", [("./src/main.rs", 12), ("./src/main.rs", 30), ("src/main.rs", 13)]),
    ],
)
def test_a_panic_that_its_backtrace_has_is_told_once(at: str, frames: list[tuple[str, int]]) -> None:
    """By file and line, whichever frame of the file it is; another line is a frame of its own."""
    code = read_error(PANIC.format(at=at) + BACKTRACE).code

    assert [(frame.path, frame.line) for frame in code] == frames
    assert [(frame.path, frame.line) for frame in read_error(PANIC.format(at=at)).code] == [
        (at.partition(":")[0], int(at.split(":")[1]))
    ]


@pytest.mark.parametrize(("away", "frames"), [(3998, [1, 2]), (3999, [2, 1])])
def test_exceptions_of_a_chain_stand_near_one_another(away: int, frames: list[int]) -> None:
    """What was being handled is looked for in the 4000 characters before `File`: further away it is another exception's."""
    first = 'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f\nOSError: x\n'
    chained = "\nDuring handling of the above exception, another exception occurred:\n\n"
    second = '  File "/srv/a.py", line 2, in g\nConnectionRefusedError: [Errno 111] Connection refused\n'
    text = first + chained + "y" * (away - len(chained)) + "\n" + second

    assert [frame.line for frame in read_error(text).code][:2] == frames


@pytest.mark.parametrize(("main", "outermost"), [("#2 {main}\n", "{main}"), ("", None)])
def test_a_call_of_php_belongs_to_the_line_that_made_it(main: str, outermost: str | None) -> None:
    """Each line names what was called from it, so the function of a frame stands in the line below, or is `{main}`."""
    text = (
        "PHP Fatal error:  Uncaught Exception: Connection refused in /srv/src/Db.php:9\nStack trace:\n"
        f"#0 /srv/src/Store.php(24): Db->open()\n#1 /srv/index.php(3): Store->load()\n{main}"
    )

    assert [(frame.path, frame.line, frame.function) for frame in read_error(text).code] == [
        ("/srv/src/Db.php", 9, "Db->open"),
        ("/srv/src/Store.php", 24, "Store->load"),
        ("/srv/index.php", 3, outermost),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("app.rb:4:in `load': refused (E)\n\tfrom app.rb:9:in `run'\n\tfrom app.rb:12:in `<main>'", [4, 9, 12]),
        (
            f"{REVERSED}:\n\t2: from app.rb:12:in `<main>'\n\t1: from app.rb:9:in `run'\napp.rb:4:in `load': refused (E)",
            [4, 9, 12],
        ),
    ],
    ids=["innermost-first", "innermost-last"],
)
def test_ruby_writes_its_stack_both_ways(text: str, lines: list[int]) -> None:
    """Ruby 2.5 to 2.7 writes it to a terminal with the innermost frame last, and says so above."""
    assert [frame.line for frame in read_error(text).code] == lines


@pytest.mark.parametrize(
    "text", ["/usr/bin/bundle:23: warning: refused", "\tat main(App.java:3)", "(app 1.0) nothing", "#0 nothing.php"]
)
def test_what_only_begins_like_a_frame_is_none(text: str) -> None:
    """A program's warning, a function without a class, a line without a file."""
    assert read_error(f"Connection refused\n{text}").code == ()


def test_a_long_line_of_source_is_cut() -> None:
    """Five hundred characters of it are kept."""
    (frame,) = read_error(
        f'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f\n    {"x" * 600}\nE: refused'
    ).code

    assert frame.source == "x" * 500
