"""Secrets come through no door: text, command line, record, session file, report, standard error and screen."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.casefile import all_files, load
from tests.changed_facts import changed, of_another_type, texts
from tests.program import run, sessions, terminal
from tui.engine.recording import Recorder, read
from tui.engine.session import Pace, Session
from tui.model.events import AnyEvent, CheckEnded, CheckStarted, FactSeen, Opened
from tui.model.facts import AnyFact, ErrorText
from tui.model.frame import Frame
from tui.model.options import Options
from tui.model.requests import AnyRequest, ListListeners
from tui.model.secrets import masked, masked_arguments, masked_record
from tui.model.target import parse_target
from tui.report.document import document_of
from tui.report.formats import html, json, markdown, text

SECRET = "hunter2X"  # noqa: S105 -- made up, to look for
SPELLINGS = (
    "mysql -p{} -h db",
    "redis-cli -a {} ping",
    "--pass {}",
    "curl -u user:{} http://h/",
    "curl --user user:{} h",
    "sshpass -p {} ssh db1",
    "sshpass -p{} ssh db1",
    "curl -H 'Authorization: Bearer {}' h",
    "Authorization: Basic {}",
    "--auth {}",
    "ldapsearch -w {} -x",
    "openssl enc -passin pass:{}",
    '{"password": "{}"}',
    '{"password":"{}","user":"u"}',
    "docker run -e DB_PASS={} -p 80:80 img",
    "password={}",
    "password: {}",
    "postgres://u:{}@h/",
    "postgres://u:p/{}@h/db",
    "https://u:p@{}/x@h:1/",
    "env PGPASSWORD={} psql",
    "x --token {}",
    "--token={}",
    "AWS_SECRET_ACCESS_KEY={}",
    "api_key={}",
    "apikey: {}",
    "X-Api-Key: {}",
    "Cookie: session={}; a={}",
    "Set-Cookie: sid={}; Path=/",
    "IDENTIFIED BY '{}'",
    "CREATE USER u WITH PASSWORD '{}'",
    "requirepass {}",
    "stats auth admin:{}",
    "proxy_set_header X-Api-Key {};",
    'add_header X-Auth-Token "{}";',
    "http-request set-header Authorization Basic\\ {}",
    "jdbc:oracle:thin:scott/{}@//db:1521/x",
    "GET /callback?code={}&state=1 HTTP/1.1",
    "machine h login u password {}",
    "PASS {}",
    "AUTH PLAIN {}",
    "-storepass {}",
    "-Djavax.net.ssl.keyStorePassword={}",
    "mongosh -u app -p {}",
    "docker login -u me -p {} reg",
    "htpasswd -b f u {}",
    "rabbitmqctl add_user u {}",
    "sqlplus scott/{}@db",
    "vault login {}",
    "lftp -u me,{} h",
    "smbclient -U me%{} //h/s",
    "snmpwalk -v2c -c {} h",
    "sqlcmd -P {}",
    "7z x -p{} f",
    "u:{}@host",
    "Server=db;Password={};Uid=x",
    '"db_password" => "{}"',
    ":password => '{}'",
    "password='{} y'",
    "pw={}",
    "auth={}",
    "?token={}&x=1",
    "jwt={}",
    "https://{}@github.com/x",
    "postgres://app:{}",
    "kafka://app:0/{}@h:1",
    "https://:/{}@127.0.0.1:1/",
    "postgresql://app@corp:s#{}@127.0.0.1:1/x",
    "redis://:{}@cache:6379/0",
    "ncat --proxy-auth u:{}",
    "socat - PROXY:h:h:80,proxyauth=u:{}",
    "xfreerdp /u:me /p:{} /v:h",
    "--password 'my {}'",
    "secret_key_base: {}",
    "client-secret: {}",
    "ipmitool -H h -U a -P {}",
    "mosquitto_pub -u a -P {}",
    "wget --http-password {}",
    "mysqldump --password={}",
    "bind: x password={} postgres://u:{}@h/",
    "rediss://default:{}@h:1",
    "amqp://u:{}@h:5672/%2f",
    "DATABASE_URL=postgres://u:{}@h/",
    "-pass pass:{}",
    "GITHUB_TOKEN={}",
    "Private-Token: {}",
    "spring.datasource.password={}",
    "--db-pass {}",
    "--db.password={}",
    "-password {}",
    "http -a u:{} h",
)
"""How passwords and tokens are written: options, variables, headers, URLs, files, protocols."""
HARMLESS = (
    "nginx -c /etc/nginx/nginx.conf --user=www-data http://127.0.0.1:80/path",
    "nc -vz -w 4 127.0.0.1 1",
    "dial tcp auth:8080: connect: refused",
    "http://auth:8080/x",
    "token-svc.default.svc:8080",
    "Failed password for root from 10.0.0.1 port 22",
    'password authentication failed for user "app"',
    "pam_unix(sshd:auth): authentication failure; logname= uid=0",
    "auth-service: bind() failed: Address already in use",
    "oauth2-proxy.service: Main process exited",
    "docker run -p 8080:80 --name web img",
    "ssh -p 22 db1",
    "https://h/@scope/pkg",
    "https://h:443/p/@user?x=@y",
    "mysql -h db -p",
    "systemctl status x.service",
    "curl -sv --noproxy '' -x http://1.2.3.4:80 http://h/",
    "openssl s_client -connect h:443 -servername h",
    "docker exec -u 1000:1000 web sh",
    "author: Bob",
    "GET /a?code=404&x=1 HTTP/1.1",
    "exit code=127",
    "proxy_set_header Host $host;",
    "jdbc:oracle:thin:@//db:1521/x",
    "bypass: true",
    "compass=1",
    '127.0.0.1 - - [x] "GET / HTTP/1.1"',
    "ip daddr 10.0.3.9 tcp dport 80 reject with tcp reset",
    "/etc/passwd",
    "[fe80::1%eth0]:80",
    "a@b.org",
    "user@host:/path",
    "12:30:15 host app[1]: listening",
    "redis://cache:6379/0",
    "nft -a list ruleset",
    "ldap://h:389",
    "ss -ltnp 'sport = :80'",
    "kubectl -n x get pods",
    "basic settings",
    "Basic auth is off",
)
"""What has words and signs of secrets, and none."""
NOT_MASKED = frozenset({"kind", "id", "at", "request", "transport", "servers"})
"""What says which fact it is, addresses, and what was asked for, which is the target's and has its own door."""
FORMATS = (text.FORMAT, markdown.FORMAT, html.FORMAT, json.FORMAT)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_hidden_in_every_spelling(spelling: str) -> None:
    """In a text, within another, at its beginning and end, and once more over what is hidden already."""
    written = spelling.replace("{}", SECRET)
    for whole in (written, f"Nov 30 20:00:01 app[7]: {written}", f"{written} ended", f"bind: address in use ({written})"):
        assert SECRET not in masked(whole)
        assert masked(masked(whole)) == masked(whole)
    assert SECRET not in masked_arguments(written.split())
    assert SECRET not in masked_arguments(["sh", "-c", written])


@pytest.mark.parametrize("harmless", HARMLESS)
def test_what_is_none_stays(harmless: str) -> None:
    """Ports, names of services, sentences and paths are not taken for secrets."""
    assert masked(harmless) == harmless


def test_an_argument_with_spaces_is_one_secret() -> None:
    """No part of a password that has spaces is left."""
    assert masked_arguments(["mysql", "--password", "my own", "-h", "db"]) == "mysql --password … -h db"
    assert masked_arguments(["env", "DB_PASSWORD=my own", "app"]) == "env DB_PASSWORD=… app"
    assert masked_arguments(["sshpass", "-p", "my own", "ssh", "db"]) == "sshpass -p … ssh db"


@given(st.text(max_size=200))
def test_any_text_can_be_masked_and_once_is_enough(given_text: str) -> None:
    """Nothing raises, and what was hidden is not hidden further."""
    assert masked(masked(given_text)) == masked(given_text)


def marked(fact: dict[str, Any], spelling: str) -> AnyFact:
    """A fact with a secret in every text of it that takes one."""
    frozen = frozenset(path for path in texts(fact) if of_another_type(fact, path))
    change: Callable[[str], str] = lambda known: f"{known} {spelling.replace('{}', SECRET)}"  # noqa: E731 -- passed on
    made: AnyFact = msgspec.convert(changed(fact, change, frozen, NOT_MASKED), AnyFact)
    return made


def secret_session(path: Path, spelling: str) -> list[AnyEvent]:
    """The events of a session whose facts are those of a case file, each with secrets, as the session keeps them."""
    case = load(path).case
    facts = [marked(msgspec.to_builtins(fact), spelling) for fact in case.facts]
    written = spelling.replace("{}", SECRET)
    asked: list[AnyRequest] = []

    async def check(request: AnyRequest, on_fact: Callable[[AnyFact], None]) -> None:
        while facts:
            on_fact(facts.pop())
        asked.append(request)

    session = Session(
        case.target,
        Options(servers=(f"env {written} ssh db",), service=written, container=written),
        check,
        pace=Pace.UNATTENDED,
        vantage=written,
        code=(Frame(path=f"/srv/{written}.py", line=1, function="f", language="python", source=written, role="user"),),
        text=ErrorText(says="refused", words=written, tool=written),
    )
    asyncio.run(session.run())
    return session.events


@pytest.mark.parametrize("path", all_files()[::9], ids=lambda path: path.stem)
def test_no_secret_of_a_fact_or_an_option_is_kept_or_reported(path: Path, tmp_path: Path) -> None:
    """With a secret in every text of every fact and option: none is in the record or in any report."""
    for number, spelling in enumerate(SPELLINGS[len(path.stem) % 5 :: 5]):
        events = secret_session(path, spelling)

        recorder = Recorder(tmp_path / f"{number}.jsonl")
        for event in events:
            recorder.write(event)
        recorder.close()
        assert SECRET not in (tmp_path / f"{number}.jsonl").read_text(), spelling
        document = document_of(events)
        for form in FORMATS:
            assert SECRET not in form.render(document), spelling


def test_a_prefix_is_run_as_it_was_given() -> None:
    """What is asked of the other end goes through the whole prefix; facts, requests and commands show it without the secret."""
    prefix = f"sshpass -p {SECRET} ssh db"
    ran: list[str | None] = []

    async def check(request: AnyRequest, on_fact: Callable[[AnyFact], None]) -> None:  # noqa: ARG001 -- a check's signature
        ran.append(getattr(request, "vantage", None))

    session = Session(parse_target("192.0.2.7:80"), Options(servers=(prefix,)), check, pace=Pace.UNATTENDED)
    asyncio.run(session.run())

    assert prefix in ran
    assert {one for one in ran if one} == {prefix}
    assert session.case.options.servers == ("sshpass -p … ssh db",)
    assert SECRET not in repr(session.events)


def unmasked(path: Path) -> Path:
    """A session file as a program without this door would have written it."""
    facts = load(all_files()[0]).case.facts
    events: list[AnyEvent] = [
        Opened(version="0", target=parse_target("127.0.0.1:1"), options=Options(servers=(f"env PGPASSWORD={SECRET} ssh db",))),
        CheckStarted(request=ListListeners()),
        *(FactSeen(fact=marked(msgspec.to_builtins(fact), "password={}")) for fact in facts),
        CheckEnded(request=ListListeners()),
    ]
    path.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
    return path


def test_a_record_with_secrets_is_read_without(tmp_path: Path) -> None:
    """One that an older version wrote, or somebody else."""
    path = unmasked(tmp_path / "old.jsonl")

    assert SECRET in path.read_text()
    assert SECRET not in repr(read(path))
    for form in ("--json", "--html", "--markdown", "--text"):
        done = run("report", str(path), form, state=tmp_path)
        assert SECRET not in done.stdout + done.stderr


def test_no_secret_reaches_the_screen(tmp_path: Path) -> None:
    """Every panel of a replay, by the bytes that the terminal got."""
    path = unmasked(tmp_path / "old.jsonl")

    with terminal("replay", str(path), state=tmp_path) as opened:
        opened.wait_for("127.0.0.1")
        for key in "123456789":
            opened.press(key)
        opened.press("q")
        opened.end()

    assert SECRET.encode() not in opened.seen


@pytest.mark.parametrize(
    "words",
    [
        (f"postgresql://app@corp:s#{SECRET}@127.0.0.1:1/x",),
        (f"https://:/{SECRET}@127.0.0.1:1/",),
        (f"kafka://app:0/{SECRET}@127.0.0.1:1",),
        (f"postgres://app:20/{SECRET}@127.0.0.1:1/db",),
        (f"postgres://u:{SECRET}",),
        ("127.0.0.1:1", "--server", f"sshpass -p {SECRET} false"),
        ("127.0.0.1:1", "--server", f"env PGPASSWORD={SECRET} false"),
        ("127.0.0.1:1", "--server", f"false --token {SECRET}"),
        ("127.0.0.1:1", "--password", SECRET),
        ("127.0.0.1:1", f"--password={SECRET}"),
        ("127.0.0.1:1", "--nameserver", f"u:{SECRET}@10.0.0.1"),
        ("127.0.0.1:1", "--session", f"/nonexistent/password={SECRET}/x"),
        (f"could not connect to postgres://u:{SECRET}@127.0.0.1:1/db: Connection refused",),
    ],
)
def test_nothing_that_is_said_or_kept_has_the_secret(words: tuple[str, ...], tmp_path: Path) -> None:
    """Targets, prefixes, options that do not exist and files that can't be made: also where `refused` itself complains."""
    done = run("check", *words, "--attempts", "1", "--json", state=tmp_path)
    parsed = run("parse", words[0], state=tmp_path)

    assert SECRET not in done.stdout + done.stderr + parsed.stdout + parsed.stderr
    assert not any(SECRET in path.read_text() or SECRET in path.name for path in sessions(tmp_path))


def test_a_record_without_secrets_is_the_same_object() -> None:
    """Nothing is copied where nothing is hidden."""
    for fact in load(all_files()[0]).case.facts:
        assert masked_record(fact) is fact
