"""Talks with real servers on loopback, in their own protocol and in others'; what is not installed is skipped by name."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.network import HERE as LAB
from tests.lab.network import NOBODY
from tests.probes.loopback import closed_port
from tests.probes.talk.test_talk import check

NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen 127.0.0.1:{port}{tls}; return 200 well; }}
}}
"""
NGINX_TLS = " ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem"


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips where a program is missing."""
    missing = [one for one in programs if not shutil.which(one)]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


@contextmanager
def running(port: int, *argv: str) -> Iterator[None]:
    """A server that listens on `port`, ended afterwards."""
    words = [sys.executable, "-IS", str(LAB / "when_ready.py"), f"127.0.0.1:{port}", *argv]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == "ready\n", f"{argv[0]} did not start"
            yield
        finally:
            server.kill()


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with closed_port("127.0.0.1") as free:
        return free


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A folder with a key and a certificate that signs itself."""
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*words, "-subj", "/CN=localhost", *files], check=True, capture_output=True)
    return tmp_path


def _nginx(folder: Path, port: int, tls: str = "") -> tuple[str, ...]:
    (folder / "conf").write_text(NGINX.format(folder=folder, port=port, tls=tls.format(folder=folder)), encoding="utf-8")
    return "nginx", "-c", str(folder / "conf")


@needs("nginx")
async def test_a_plain_web_server(port: int, tmp_path: Path) -> None:
    """It answers HTTP in both forms, and TLS and a database's question with an error of HTTP."""
    with running(port, *_nginx(tmp_path, port)):
        seen = [await check(port, "HTTP", again=again) for again in (0, 1)]
        others = [await check(port, protocol) for protocol in ("TLS", "PostgreSQL", "Redis")]

    assert [(one.understood, one.detail) for one in seen] == [("yes", "HTTP/1.1 200 OK")] * 2
    assert [(one.understood, one.answers_as) for one in others] == [("no", "HTTP")] * 3


@needs("nginx", "openssl")
async def test_a_web_server_with_tls(port: int, certificate: Path) -> None:
    """It shakes hands whatever its certificate, and tells plain HTTP what it expects."""
    with running(port, *_nginx(certificate, port, NGINX_TLS)):
        own, plain = await check(port, "TLS"), await check(port, "HTTP")

    assert (own.understood, own.answers_as) == ("yes", "TLS")
    assert own.detail.startswith("TLSv1.")
    assert (plain.understood, plain.answers_as) == ("no", "TLS")
    assert "plain HTTP request was sent to HTTPS port" in plain.detail


@needs("openssl")
async def test_a_tls_server_that_says_nothing_to_plain_words(port: int, certificate: Path) -> None:
    """`openssl s_server` hangs up on HTTP without a byte."""
    files = ("-cert", str(certificate / "cert.pem"), "-key", str(certificate / "key.pem"))
    with running(port, "openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", *files):
        own, plain = await check(port, "TLS"), await check(port, "HTTP")

    assert (own.understood, own.answers_as) == ("yes", "TLS")
    assert plain.outcome in {"closed", "reset"}
    assert plain.understood == "unknown"


@needs("redis-server")
async def test_redis(port: int, tmp_path: Path) -> None:
    """It answers PING; HTTP with a Host line is closed, without one it is answered in Redis's words."""
    words = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path), "--logfile", "log")
    with running(port, "redis-server", *words):
        own = await check(port, "Redis")
        first, second = [await check(port, "HTTP", again=again) for again in (0, 1)]

    assert (own.understood, own.detail) == ("yes", "+PONG")
    assert first.outcome in {"closed", "reset"}
    assert (second.understood, second.answers_as) == ("no", "Redis")


@needs("redis-server")
async def test_a_redis_that_wants_a_password(port: int, tmp_path: Path) -> None:
    """NOAUTH is an answer that fits, and turns nobody away."""
    words = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path), "--requirepass", "x")
    with running(port, "redis-server", *words, "--logfile", "log"):
        seen = await check(port, "Redis")

    assert (seen.understood, seen.rejection) == ("yes", "")
    assert seen.detail.startswith("-NOAUTH")


@pytest.fixture
def sshd(port: int, tmp_path: Path) -> Iterator[int]:
    """The port of a real sshd with a host key of its own."""
    Path("/run/sshd").mkdir(exist_ok=True)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    words = ("-D", "-E", str(tmp_path / "log"), "-f", "/dev/null", "-h", str(key), "-p", str(port))
    with running(port, "/usr/sbin/sshd", *words, "-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none"):
        yield port


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@needs("/usr/sbin/sshd", "ssh-keygen")
async def test_sshd(sshd: int) -> None:
    """It greets, whatever is said to it."""
    own = await check(sshd, "SSH")
    others = [await check(sshd, protocol) for protocol in ("HTTP", "TLS", "MySQL")]

    assert (own.understood, own.answers_as) == ("yes", "SSH")
    assert [(one.understood, one.answers_as) for one in others] == [("no", "SSH")] * 3


@pytest.fixture
def postgresql(port: int) -> Iterator[int]:
    """The port of a real PostgreSQL, which will not run as root."""
    who = ("setpriv", f"--reuid={NOBODY}", "--clear-groups", "--pdeathsig=KILL") if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        data = str(Path(folder, "data"))
        subprocess.run([*who, "initdb", "-D", data, "-A", "trust", "-N"], check=True, capture_output=True, cwd=folder)
        with running(port, *who, "postgres", "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1"):
            yield port


@needs("initdb", "postgres")
async def test_postgresql(postgresql: int) -> None:
    """It answers the question for TLS with one byte, and closes on HTTP and TLS without any."""
    own = await check(postgresql, "PostgreSQL")
    others = [await check(postgresql, protocol) for protocol in ("HTTP", "TLS")]

    assert (own.understood, own.answers_as, own.first_bytes) == ("yes", "PostgreSQL", "N")
    assert {one.outcome for one in others} <= {"closed", "reset"}
