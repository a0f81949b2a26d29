"""Which call of a file connects, and which of its arguments say where to: by the table of known calls and by keywords."""

import pytest

from tests.errors.test_source_values import read


def parts(code: str) -> dict[str, str | None]:
    """The values of the marked line by part; nothing where no call there connects."""
    reading = read(code)
    return {one.part: one.value for one in reading.values} if reading else {}


DB = {"host": "db", "port": "5433"}


@pytest.mark.parametrize(
    "call",
    [
        "s.connect(('db', 5433))",
        "s.connect(('db', 5433, 0, 0))",
        "s.connect_ex(('db', 5433))",
        "s.sendto(('db', 5433))",
        "ssh.connect('db', 5433)",
        "socket.create_connection(('db', 5433))",
        "socket.create_connection(address=('db', 5433))",
        "socket.create_connection(addr=('db', 5433))",
        "loop.create_connection(lambda: Proto(), 'db', 5433)",
        "loop.create_connection(Proto, 'db', 5433)",
        "loop.sock_connect(s, ('db', 5433))",
        *(
            f"x.{name}('db', 5433)"
            for name in (
                *("open_connection", "HTTPConnection", "HTTPSConnection", "Redis", "StrictRedis", "SMTP", "SMTP_SSL", "LMTP"),
                *("FTP", "FTP_TLS", "IMAP4", "IMAP4_SSL", "POP3", "POP3_SSL", "Telnet", "MongoClient", "AsyncIOMotorClient"),
                *("getaddrinfo", "ConnectionParameters", "NNTP", "Client", "connect_tcp", "open_tcp_stream"),
                *("SSHTunnelForwarder", "Memcache", "InfluxDBClient"),
            )
        ),
        "paramiko.Transport('db', 5433)",
        "x.MongoClient('mongodb://db:5433/app')",
    ],
)
def test_a_known_call_says_host_and_port(call: str) -> None:
    """Each known call has its address where the library takes it: a pair, two arguments, or a URL in their place."""
    assert parts(f"{call}  # <-") == DB


@pytest.mark.parametrize(
    ("keyword", "part"),
    [
        *((word, "host") for word in ("host", "hostname", "server", "remote_host", "bind_host", "address", "broker", "db_host")),
        *((word, "port") for word in ("port", "remote_port", "db_port", "service_port")),
    ],
)
def test_a_keyword_says_host_or_port_of_any_call(keyword: str, part: str) -> None:
    """A call that nobody knows connects where its keywords say host or port."""
    value = "'db'" if part == "host" else "5433"

    assert parts(f"Unknown({keyword}={value})  # <-") == {part: DB[part]}


@pytest.mark.parametrize(
    "keyword",
    [
        *("url", "uri", "dsn", "conninfo", "base_url", "bootstrap_servers", "hosts", "nodes", "target", "endpoint"),
        "broker_url",
    ],
)
def test_a_keyword_says_the_url_of_any_call(keyword: str) -> None:
    """A URL, a connection string or the first of a list, under each name that libraries give it."""
    assert parts(f"Unknown({keyword}='http://db:5433/x')  # <-") == DB
    assert parts(f"Unknown({keyword}=['db:5433', 'other:1'])  # <-") == DB
    assert parts(f"Unknown({keyword}='host=db port=5433')  # <-") == DB


@pytest.mark.parametrize(
    "call",
    [
        *(
            f"x.{name}('http://db:5433')"
            for name in (
                *("urlopen", "Request", "from_url", "create_engine", "create_async_engine", "ws_connect", "create_pool"),
                *("insecure_channel", "secure_channel", "KafkaProducer", "KafkaConsumer", "Elasticsearch", "AsyncClient"),
                *("ServerProxy", "URLConnection", "get_client", "urlretrieve", "initialize", "Database", "connect_robust"),
                *("get", "post", "put", "delete", "head", "patch", "options"),
            )
        ),
        *(f"x.{name}('GET', 'http://db:5433')" for name in ("request", "stream", "fetch")),
        "urllib.request.urlopen(urllib.request.Request('http://db:5433/x'))",
        "x.connect('http://db:5433')",
    ],
)
def test_a_known_call_says_a_url(call: str) -> None:
    """Each known call has its URL where the library takes it."""
    assert parts(f"{call}  # <-") == DB


@pytest.mark.parametrize(
    "owner",
    [
        *("requests", "httpx", "aiohttp", "session", "client", "http", "s", "api", "niquests", "curl_cffi", "pool"),
        *("my_session", "HttpClient"),
    ],
)
def test_a_path_is_asked_of_what_is_called_a_client(owner: str) -> None:
    """`x.get(name)` is a request where the object is called as HTTP clients are; of a mapping it is none."""
    assert parts(f"{owner}.get(where)  # <-") == {"host": None}
    assert parts("mapping.get(where)  # <-") == {}


@pytest.mark.parametrize("argument", ["base_url", "ENDPOINT", "self.url", "f'http://{host}/x'"])
def test_an_argument_that_is_called_a_url_is_asked_for(argument: str) -> None:
    """An argument whose name or beginning says that it is a URL makes the call a request; another f-string does not."""
    assert parts(f"thing.get({argument})  # <-")
    assert parts("thing.get(f'{host}/x')  # <-") == {}
    assert parts("thing.get(f'')  # <-") == {}


@pytest.mark.parametrize(
    "call",
    [
        *("s.settimeout(host='db')", "time.sleep(host='db')", "print(host='db')", "s.close(host='db')", "super(host='db')"),
        *("len(host='db')", "range(host='db')", "x.format(host='db')", "x.join(host='db')", "os.getenv(host='db')"),
    ],
)
def test_what_never_connects_does_not_by_its_keywords(call: str) -> None:
    """A call that is known to do something else is no connect, whatever its keywords are called."""
    assert parts(f"{call}  # <-") == {}


@pytest.mark.parametrize("path", ["/run/app.sock", "@abstract"])
def test_an_address_may_be_a_path(path: str) -> None:
    """A text where an address stands is the path of a Unix socket, from the root or abstract."""
    assert parts(f"s.connect('{path}')  # <-") == {"path": path}


@pytest.mark.parametrize("call", ["s.connect()", "s.connect(('db',))", "loop.sock_connect(s)", "requests.request('GET')"])
def test_a_call_without_its_address_connects_to_nothing(call: str) -> None:
    """A known call that lacks what would say where to is not read."""
    assert parts(f"{call}  # <-") == {}


def test_the_base_url_of_the_client_counts_for_a_path_alone() -> None:
    """A request for a path goes to the client's base, one for a whole URL where it says."""
    client = "client = httpx.Client(base_url='http://db:5433')\n"

    assert parts(f"{client}client.get('/health')  # <-") == DB
    assert parts(f"{client}client.get('http://other:81/health')  # <-") == {"host": "other", "port": "81"}
    assert parts(f"{client}client.get(where)  # <-") == DB
    assert parts("httpx.Client(base_url='http://db:5433').get('/health')  # <-") == DB


@pytest.mark.parametrize(
    "call",
    [
        *(f"{verb}('/health')" for verb in ("get", "post", "put", "delete", "head", "patch", "options", "ws_connect")),
        *(f"{verb}('GET', '/health')" for verb in ("request", "stream", "fetch")),
    ],
)
def test_every_way_to_ask_for_a_path_is_about_the_base(call: str) -> None:
    """Whatever the method is called; one that asks for nothing is not."""
    client = "client = httpx.Client(base_url='http://db:5433')\n"

    assert parts(f"{client}client.{call}  # <-") == DB
    assert parts(f"{client}client.from_url('/health')  # <-") != DB


def test_of_several_calls_on_a_line_the_fullest_counts() -> None:
    """Of the calls on one line the one that says both host and port is read, the innermost before those around it."""
    assert parts("work(host='other', make=socket.create_connection(('db', 5433)))  # <-") == DB
    assert parts("socket.create_connection((resolve(host='other'), 5433))  # <-")["port"] == "5433"


def test_the_call_that_made_the_object_is_read() -> None:
    """A line that only uses an object leads to where it was made, through every dot."""
    assert parts("r = redis.Redis('db', 5433)\nr.client.ping()  # <-") == DB
    assert parts("redis.Redis('db', 5433).ping()  # <-") == DB


def test_the_only_connect_of_a_called_function_is_read() -> None:
    """Where the line calls a function of this file, its connect is read, if it has one alone."""
    one = "def dial():\n    s.connect(('db', 5433))\ndial()  # <-\n"
    two = "def dial():\n    s.connect(('db', 5433))\n    s.connect(('db', 1))\ndial()  # <-\n"

    assert parts(one) == DB
    assert parts(two) == {}
    assert parts(one.replace("dial()  # <-", "other()  # <-")) == {}


@pytest.mark.parametrize("url", ["/health", "http://:80/health", "?q"])
def test_a_url_without_a_host_is_told_whole(url: str) -> None:
    """What it is asked of is not known, so neither host nor port is told."""
    assert parts(f"requests.get('{url}')  # <-") == {"url": url}
    assert parts(f"requests.get(str('{url}'))  # <-") == {"url": url}


@pytest.mark.parametrize("keyword", ["address", "addr", "peer", "remote", "sockaddr"])
@pytest.mark.parametrize("call", ["connect", "connect_ex", "create_connection", "sendto"])
def test_an_address_may_be_given_by_name(call: str, keyword: str) -> None:
    """To a call that takes one; to another such a keyword says nothing of a pair."""
    assert parts(f"s.{call}({keyword}=('db', 5433))  # <-") == DB
    if keyword != "address":
        assert parts(f"Unknown({keyword}=('db', 5433))  # <-") == {}


def test_a_client_without_a_base_leaves_the_path_alone() -> None:
    """The call that made it says nothing of where to."""
    assert parts("client = httpx.Client(timeout=5)\nclient.get('/health')  # <-") == {"url": "/health"}
