"""The user's own innermost frame, in every language, below libraries and above the standard library."""

import pytest

from tui.errors import Frame, read_error

REFUSED = "Connection refused"


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
