"""TLS with real servers and certificates made for the play: what does not fit is named, and what fits is not."""

from collections.abc import Mapping

from tests.lab.network import HERE
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import file, run, start

_NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events { }
http {
  access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
  server { listen {server}:{port} ssl; %s return 200 well; }
}
"""
_TRUSTED = {"SSL_CERT_FILE": "{folder}/cert.pem"}
"""This machine trusts the certificate, which is its own authority."""


def certificate(names: str = "{server}", begin: str = "-1", end: str = "90") -> Step:
    """A certificate for names and addresses, valid between two days from now."""
    return run("server", "{python}", "-IS", str(HERE / "certificate.py"), "{folder}", names, begin, end)


def web(line: str = "") -> tuple[Step, Step]:
    """A web server with TLS, and a line of settings of its own."""
    return file("nginx.conf", _NGINX % line), start("server", "nginx", "-c", "{folder}/nginx.conf", ready="{server}:{port}")


def openssl(*words: str) -> Step:
    """OpenSSL's own server, which answers with a page."""
    files = ("-cert", "{folder}/cert.pem", "-key", "{folder}/key.pem")
    return start("server", "openssl", "s_server", "-www", "-accept", "{server}:{port}", *files, *words, ready="{server}:{port}")


def _tls(
    name: str,
    about: str,
    broken: str,
    *steps: Step,
    words: tuple[str, ...] = (),
    environment: Mapping[str, str] = _TRUSTED,
    etc: Mapping[str, str] | None = None,
    typed: str = "https://{server}:{port}",
    certainty: str = "confirmed",
    outcome: str | tuple[str, ...] = "connected",
) -> Scenario:
    return Scenario(
        name=name,
        about=about,
        broken=broken,
        topology="lan",
        steps=steps,
        typed=typed,
        environment=environment,
        etc=etc or {},
        tools=("nginx", "openssl"),
        expect=Expect(
            verdict=about,
            certainty="confirmed" if certainty == "confirmed" else "likely",
            status="degraded",
            outcome=outcome,
            words=words,
        ),
    )


SCENARIOS = (
    Scenario(
        name="healthy-certificate-that-fits",
        about=CONTROL,
        broken="nothing: nginx with TLS, and a certificate for its address that this machine trusts",
        topology="lan",
        steps=(certificate(), *web()),
        typed="https://{server}:{port}/health",
        environment=_TRUSTED,
        tools=("nginx", "openssl"),
        expect=HEALTHY,
    ),
    _tls(
        "certificate-ran-out", "tls.expired", "the certificate ran out nine days ago", certificate(begin="-90", end="-9"), *web()
    ),
    _tls(
        "certificate-of-the-future",
        "tls.not-yet-valid",
        "the certificate begins in three days",
        certificate(begin="3", end="90"),
        *web(),
    ),
    _tls(
        "certificate-for-another-name",
        "tls.wrong-name",
        "the certificate is for another name",
        certificate(names="other.example,www.other.example"),
        *web(),
        words=("is not for {server}, but for other.example, www.other.example",),
    ),
    _tls(
        "certificate-that-nobody-knows",
        "tls.untrusted",
        "the certificate signed itself",
        certificate(),
        *web(),
        environment={},
        words=("signed itself", "store of its own"),
    ),
    _tls(
        "nginx-wants-a-client-certificate",
        "tls.client-certificate",
        "nginx asks for a client's certificate, and says in a page that none came",
        certificate(),
        *web("ssl_verify_client on; ssl_client_certificate {folder}/cert.pem;"),
        words=("No required SSL certificate was sent",),
    ),
    *(
        _tls(
            f"openssl-wants-a-client-certificate-in-{version}",
            "tls.client-certificate",
            "the server ends the handshake of a client without a certificate",
            certificate(),
            openssl("-Verify", "1", f"-{version}"),
        )
        for version in ("tls1_2", "tls1_3")
    ),
    _tls(
        "no-site-of-that-name",
        "tls.unrecognized-name",
        "nginx has no site for that name, and rejects the handshake",
        certificate(),
        *web("ssl_reject_handshake on;"),
        typed="https://{name}:{port}",
        etc={"hosts": "{server} {name}\n"},
        words=("has no site for the name {name}",),
    ),
    _tls(
        "only-old-tls",
        "tls.no-agreement",
        "the server knows TLS 1.1 at most",
        certificate(),
        openssl("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        words=("agrees on TLSv1.1",),
        outcome=("connected", "silent"),  # openssl serves one client after the other
    ),
)
