"""The service families that a scheme, a port or a program's name stands for.

Ports: IANA's service name registry and each project's own default. Programs: the process names under which
the servers run. One table serves the default port of a URL, the expected service of a port and the
question whether a listener fits a target.
"""

from msgspec import Struct


class Family(Struct, frozen=True):
    """One kind of service: its name, URL schemes, usual ports and the programs that serve it."""

    name: str
    schemes: tuple[str, ...]
    ports: tuple[int, ...]
    """The first is the default of the schemes."""
    programs: tuple[str, ...] = ()
    tls_schemes: tuple[str, ...] = ()
    tls_port: int | None = None
    """The default port of `tls_schemes`."""


FAMILIES = (
    Family(
        "HTTP",
        ("http", "ws"),
        (80, 8080, 8000, 8081, 8888, 3000, 5000),
        ("nginx", "apache2", "httpd", "caddy", "lighttpd", "gunicorn", "uvicorn", "haproxy", "traefik", "envoy"),
        ("https", "wss"),
        443,
    ),
    Family("PostgreSQL", ("postgresql", "postgres"), (5432, 5433, 6432), ("postgres", "postmaster", "pgbouncer")),
    Family("MySQL", ("mysql", "mariadb"), (3306, 3307, 33060), ("mysqld", "mariadbd", "proxysql")),
    Family(
        "Redis",
        ("redis",),
        (6379, 6380, 26379),
        ("redis-server", "valkey-server", "redis-sentinel", "keydb-server"),
        ("rediss",),
        6379,
    ),
    Family("MongoDB", ("mongodb",), (27017, 27018, 27019), ("mongod", "mongos")),
    Family("AMQP", ("amqp",), (5672,), ("beam.smp", "rabbitmq-server", "qpidd"), ("amqps",), 5671),
    Family("SSH", ("ssh", "sftp", "scp", "git+ssh"), (22, 2222), ("sshd", "dropbear")),
    Family("FTP", ("ftp",), (21,), ("vsftpd", "proftpd", "pure-ftpd"), ("ftps",), 990),
    Family("SMTP", ("smtp",), (25, 587, 2525), ("master", "exim4", "exim", "sendmail", "opensmtpd"), ("smtps",), 465),
    Family("IMAP", ("imap",), (143,), ("dovecot",), ("imaps",), 993),
    Family("POP3", ("pop3", "pop"), (110,), (), ("pop3s", "pops"), 995),
    Family("LDAP", ("ldap",), (389,), ("slapd", "ns-slapd"), ("ldaps",), 636),
    Family("DNS", ("dns",), (53,), ("named", "unbound", "dnsmasq", "systemd-resolve", "coredns", "pdns_server")),
    Family("MQTT", ("mqtt",), (1883,), ("mosquitto", "emqx"), ("mqtts",), 8883),
    Family("Kafka", ("kafka",), (9092, 9093, 9094), ()),
    Family("NATS", ("nats",), (4222,), ("nats-server",)),
    Family("Elasticsearch", ("elasticsearch",), (9200, 9300), ()),
    Family("memcached", ("memcached", "memcache"), (11211,), ("memcached",)),
    Family("SQL Server", ("mssql", "sqlserver"), (1433,), ("sqlservr",)),
    Family("Oracle", ("oracle",), (1521,), ("tnslsnr",)),
    Family("Cassandra", ("cassandra",), (9042,), ()),
    Family("ClickHouse", ("clickhouse",), (9000, 8123), ("clickhouse-server", "clickhouse-serv")),
    Family("etcd", ("etcd",), (2379, 2380), ("etcd",)),
    Family("Docker", ("docker",), (2375,), ("dockerd",)),
    Family("rsync", ("rsync",), (873,), ("rsync",)),
    Family("Git", ("git",), (9418,), ("git-daemon",)),
    Family("telnet", ("telnet",), (23,), ("telnetd", "in.telnetd")),
    Family("SOCKS", ("socks", "socks4", "socks4a", "socks5", "socks5h"), (1080,), ("danted", "sockd")),
    Family("HTTP proxy", (), (3128,), ("squid", "tinyproxy", "privoxy")),
    Family("gRPC", ("grpc",), (50051,), ()),
    Family("VNC", ("vnc",), (5900,), ("Xvnc", "x11vnc")),
    Family("RDP", ("rdp",), (3389,), ("xrdp",)),
)

_DEFAULT_PORTS = {scheme: family.ports[0] for family in FAMILIES for scheme in family.schemes} | {
    scheme: family.tls_port for family in FAMILIES if family.tls_port for scheme in family.tls_schemes
}
_BY_SCHEME = {scheme: family for family in FAMILIES for scheme in (*family.schemes, *family.tls_schemes)}
_BY_PORT = {
    port: family for family in reversed(FAMILIES) for port in (*family.ports, *((family.tls_port,) if family.tls_port else ()))
}
_BY_PROGRAM = {program: family for family in FAMILIES for program in family.programs}


def default_port(scheme: str) -> int | None:
    """The port that a URL of `scheme` means when it names none; None for a scheme that has none."""
    return _DEFAULT_PORTS.get(base_scheme(scheme))


def family_of_scheme(scheme: str | None) -> Family | None:
    """The service family that `scheme` asks for; `postgresql+psycopg2` counts as `postgresql`."""
    return _BY_SCHEME.get(base_scheme(scheme)) if scheme else None


def family_of_port(port: int) -> Family | None:
    """The service family that usually listens on `port`, or None."""
    return _BY_PORT.get(port)


def family_of_program(program: str | None) -> Family | None:
    """The service family that a process of this name serves, or None."""
    return _BY_PROGRAM.get(program) if program else None


def base_scheme(scheme: str) -> str:
    """`scheme` in lower case and without a driver: `postgresql+asyncpg` is `postgresql`, `git+ssh` stays."""
    lowered = scheme.lower()
    return lowered if lowered in _BY_SCHEME else lowered.split("+")[0]
