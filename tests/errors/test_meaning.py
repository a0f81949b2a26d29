"""What a text that names its cause is answered: whose limit it is, what shows it, and which cause the words leave."""

import pytest

from tui.errors import read_error
from tui.errors.meaning import Meaning, meaning_of
from tui.errors.tls_words import REASONS, TLS_PHRASES, TlsReason, rank_of, reason_of

TRUST = "does not trust the issuer: a private authority"
NAMES = "is for other names"
EXPIRED = "has run out, or the clock"
EARLY = "is not valid yet by the clock"
REVOKED = "has revoked the certificate"
NO_TLS = "did not speak TLS on that port"
VERSIONS = "no version, cipher or kind of key in common that both allow"
THEIR_TRUST = "the other end does not trust the issuer of the certificate that it was shown"
NOT_ACCEPTED = "the other end did not accept the certificate that it was shown"
WANTS_ONE = "wants a certificate from its client"
NO_SITE = "no certificate for the name that was asked for"
HANDSHAKE = "no version or cipher in common with the other, or missed a certificate"
CLOSED = "closed the connection in the middle of the handshake and gave no reason"
ALERT = "the other end ended the handshake by an alert"
UNSAID = "the other end's certificate or the handshake was not accepted"
_PYTHON = "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
_OPENSSL = "curl: (56) OpenSSL SSL_read: error:0A000000:SSL routines::"
_JAVA = "javax.net.ssl.SSLHandshakeException: "

TLS = [
    (f"{_PYTHON}Hostname mismatch, certificate is not valid for 'a.example'. (_ssl.c:1000)", "Hostname mismatch", NAMES),
    (f"{_PYTHON}IP address mismatch, certificate is not valid for '10.0.0.1'. (_ssl.c:1000)", "IP address mismatch", NAMES),
    (f"{_PYTHON}certificate has expired (_ssl.c:1000)", "certificate has expired", EXPIRED),
    (f"{_PYTHON}certificate is not yet valid (_ssl.c:1000)", "certificate is not yet valid", EARLY),
    (f"{_PYTHON}certificate revoked (_ssl.c:1000)", "certificate revoked", REVOKED),
    (f"{_PYTHON}self-signed certificate in certificate chain", "self-signed certificate", TRUST),
    (f"{_PYTHON}unable to get local issuer certificate", "unable to get local issuer certificate", TRUST),
    ("ssl.SSLError: [SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)", "ALERT_UNKNOWN_CA", THEIR_TRUST),
    ("ssl.SSLError: [SSL: UNSUPPORTED_PROTOCOL] unsupported protocol (_ssl.c:1000)", "SSL: UNSUPPORTED_PROTOCOL", VERSIONS),
    ("ssl.SSLError: [SSL: DH_KEY_TOO_SMALL] dh key too small (_ssl.c:1000)", "DH_KEY_TOO_SMALL", VERSIONS),
    (f"{_OPENSSL}tlsv1 alert unknown ca", "alert unknown ca", THEIR_TRUST),
    (f"{_OPENSSL}tlsv13 alert certificate required", "alert certificate required", WANTS_ONE),
    (f"{_OPENSSL}sslv3 alert handshake failure", "alert handshake failure", HANDSHAKE),
    (f"{_OPENSSL}ssl/tls alert handshake failure", "alert handshake failure", HANDSHAKE),
    (f"{_OPENSSL}sslv3 alert bad certificate", "alert bad certificate", NOT_ACCEPTED),
    (f"{_OPENSSL}ssl/tls alert certificate expired", "alert certificate expired", NOT_ACCEPTED),
    (f"{_OPENSSL}sslv3 alert certificate unknown", "alert certificate unknown", NOT_ACCEPTED),
    (f"{_OPENSSL}tlsv1 alert access denied", "alert access denied", NOT_ACCEPTED),
    (f"{_OPENSSL}tlsv1 alert protocol version", "alert protocol version", VERSIONS),
    (f"{_OPENSSL}no shared cipher", "no shared cipher", VERSIONS),
    (f"{_OPENSSL}unsafe legacy renegotiation disabled", "legacy renegotiation disabled", VERSIONS),
    (f"{_OPENSSL}tlsv1 unrecognized name", "tlsv1 unrecognized name", NO_SITE),
    (f"{_OPENSSL}tlsv1 alert internal error", "tlsv1 alert", ALERT),
    (f"{_OPENSSL}wrong version number", "wrong version number", NO_TLS),
    ("SSL_do_handshake() failed (SSL: error:0A00009C:SSL routines::http request)", "SSL routines::http request", NO_TLS),
    ("curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a.example:443", "SSL_ERROR_SYSCALL", CLOSED),
    (f"{_OPENSSL}unexpected eof while reading", "routines::unexpected eof while reading", CLOSED),
    ("curl: (60) SSL certificate problem: certificate has expired", "certificate has expired", EXPIRED),
    (
        "curl: (60) SSL: no alternative certificate subject name matches target host name 'a.example'",
        "alternative certificate subject name",
        NAMES,
    ),
    ("x509: certificate is valid for a.example, not b.example", "certificate is valid for", NAMES),
    (
        "x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
        "cannot validate certificate for",
        NAMES,
    ),
    ("x509: certificate signed by unknown authority", "certificate signed by unknown authority", TRUST),
    ("x509: certificate has expired or is not yet valid: current time", "certificate has expired or is not yet valid", EXPIRED),
    ("remote error: tls: unknown certificate authority", "tls: unknown certificate authority", THEIR_TRUST),
    ("remote error: tls: certificate required", "certificate required", WANTS_ONE),
    ("remote error: tls: bad certificate", "tls: bad certificate", NOT_ACCEPTED),
    ("remote error: tls: unknown certificate", "tls: unknown certificate", NOT_ACCEPTED),
    ("remote error: tls: handshake failure", "handshake failure", HANDSHAKE),
    ("remote error: tls: protocol version not supported", "tls: protocol version not supported", VERSIONS),
    ("remote error: tls: unrecognized name", "tls: unrecognized name", NO_SITE),
    ("tls: first record does not look like a TLS handshake", "does not look like a TLS handshake", NO_TLS),
    (f"{_JAVA}PKIX path building failed: sun.security", "PKIX path", TRUST),
    (f"{_JAVA}No subject alternative names present", "No subject alternative names present", NAMES),
    (
        f"{_JAVA}No subject alternative names matching IP address 10.0.0.1 found",
        "No subject alternative names matching",
        NAMES,
    ),
    (f"{_JAVA}No subject alternative DNS name matching a.example found.", "subject alternative DNS name matching", NAMES),
    ("java.security.cert.CertificateException: No name matching db found", "CertificateException: No name matching", NAMES),
    ("java.security.cert.CertificateExpiredException: NotAfter: Mon Nov 02", "CertificateExpired", EXPIRED),
    (f"{_JAVA}Received fatal alert: unknown_ca", "alert: unknown_ca", THEIR_TRUST),
    (f"{_JAVA}Received fatal alert: certificate_required", "alert: certificate_required", WANTS_ONE),
    (f"{_JAVA}Received fatal alert: handshake_failure", "alert: handshake_failure", HANDSHAKE),
    (f"{_JAVA}Received fatal alert: protocol_version", "alert: protocol_version", VERSIONS),
    (f"{_JAVA}Received fatal alert: internal_error", "fatal alert", ALERT),
    (f"{_JAVA}No appropriate protocol (protocol is disabled or cipher suites are inappropriate)", None, VERSIONS),
    (f"{_JAVA}Remote host terminated the handshake", "Remote host terminated the handshake", CLOSED),
    ("javax.net.ssl.SSLException: Unsupported or unrecognized SSL message", "Unsupported or unrecognized SSL", NO_TLS),
    ("ERR_TLS_CERT_ALTNAME_INVALID", "ALTNAME_INVALID", NAMES),
    ("Hostname/IP does not match certificate's altnames: Host: a.", "match certificate's altnames", NAMES),
    ("Error: unable to verify the first certificate", "unable to verify the first certificate", TRUST),
    ("code: 'CERT_HAS_EXPIRED'", "CERT_HAS_EXPIRED", EXPIRED),
    ("invalid peer certificate: UnknownIssuer", "UnknownIssuer", TRUST),
    ("invalid peer certificate: NotValidForName", "NotValidForName", NAMES),
    ("invalid peer certificate: Expired", "invalid peer certificate: Expired", EXPIRED),
    ("received fatal alert: CertificateRequired", "alert: CertificateRequired", WANTS_ONE),
    ("received fatal alert: HandshakeFailure", "alert: HandshakeFailure", HANDSHAKE),
    ("received fatal alert: UnknownCA", "alert: UnknownCA", THEIR_TRUST),
    ("The remote certificate is invalid: RemoteCertificateNameMismatch", "RemoteCertificateNameMismatch", NAMES),
    ("errors in the certificate chain: UntrustedRoot", "UntrustedRoot", TRUST),
    ("gnutls_handshake() failed: A TLS fatal alert has been received.", "fatal alert", ALERT),
    ("GnuTLS: The certificate's owner does not match hostname 'a.example'", "certificate's owner does not match", NAMES),
    ("server certificate verification failed. CAfile: none CRLfile: none", "server certificate verification failed", TRUST),
    ("net::ERR_CERT_COMMON_NAME_INVALID", "ERR_CERT_COMMON_NAME_INVALID", NAMES),
    ("net::ERR_CERT_AUTHORITY_INVALID", "ERR_CERT_AUTHORITY_INVALID", TRUST),
    ("SSL certificate problem: something new", "SSL certificate problem", UNSAID),
]
"""Text, the words of it that are quoted, the reason; the words of the libraries themselves."""
CAUSES = {
    NAMES: "tls.wrong-name",
    VERSIONS: "tls.no-agreement",
    WANTS_ONE: "tls.client-certificate",
    NO_SITE: "tls.unrecognized-name",
}
BY_ALERT = {THEIR_TRUST, NOT_ACCEPTED, WANTS_ONE, NO_SITE, ALERT}


def _meaning(text: str) -> Meaning:
    meaning = meaning_of(read_error(text))
    assert meaning is not None
    return meaning


@pytest.mark.parametrize(("text", "words", "why"), TLS)
def test_each_librarys_words_give_their_reason(text: str, words: str | None, why: str) -> None:
    """The class is TLS, the phrase that says why is the one quoted, and its reason, cause and looks are those of its kind."""
    reading = read_error(text)
    meaning = _meaning(text)

    assert (reading.error_class, why in meaning.sentence, meaning.cause) == ("tls", True, CAUSES.get(why)), meaning.sentence
    assert words in {reading.words, None}
    commands = [remedy.command for remedy in meaning.remedies]
    assert len(commands) == len(set(commands)) == 2
    shaken, _, shown = commands[0].partition(" | ")
    assert shaken.startswith("openssl s_client -connect ")
    assert shown == "openssl x509 -noout -text"
    assert commands[1] == (shaken if why in BY_ALERT else "date --utc")


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.sentence[:40])
def test_every_reason_has_its_words(reason: TlsReason) -> None:
    """No phrase of a reason is taken by one before it, each reason is shown above, and each phrase alone is of class TLS."""
    assert {rank_of(phrase) for phrase in reason.phrases} == {REASONS.index(reason)}
    assert any(why in reason.sentence for _, _, why in TLS)
    assert {phrase for phrase in reason.phrases if read_error(phrase).error_class != "tls"} == set()


def test_words_without_a_reason_have_none() -> None:
    """What only says that TLS failed ranks behind every reason."""
    assert reason_of("certificate verify failed") is None
    assert rank_of("") == len(REASONS)
    assert len(TLS_PHRASES) == len(set(TLS_PHRASES))


def test_errnos_word_outweighs_that_a_call_failed() -> None:
    """`SSL_ERROR_SYSCALL` with an errno is what the errno says: a reset."""
    assert read_error("SSL_connect: SSL_ERROR_SYSCALL, errno 104 in connection to a.example:443").error_class == "reset"


@pytest.mark.parametrize(
    "text", ["unsupported protocol scheme", "host is not trusted", "no name matching 'a' in the list", "altname"]
)
def test_words_that_others_use_too_are_not_tls(text: str) -> None:
    """What programs also say of URLs, keys and lists says nothing of TLS."""
    assert read_error(text).error_class != "tls"


OWN = [
    ("accept: Too many open files", "EMFILE", "client.fd-limit", ["/proc/PID/limits", "--pid PID", "prlimit --pid PID"]),
    ("app[77]: accept: Too many open files", "EMFILE", "client.fd-limit", ["/proc/PID/limits", "--pid PID", "prlimit --pid PID"]),
    (
        "Nov 20 11:02:03 web7 app[77]: Too many open files",
        "EMFILE",
        "client.fd-limit",
        ["/proc/77/", "--pid 77", "prlimit --pid 77"],
    ),
    ("accept: Too many open files in system", "ENFILE", "client.fd-limit", ["file-nr", "fs.file-max"]),
    ("ENFILE", "ENFILE", "client.fd-limit", ["file-nr", "fs.file-max"]),
    ("OSError: [Errno 23] ?", "ENFILE", "client.fd-limit", ["file-nr", "fs.file-max"]),
    ("VFS: file table overflow", "ENFILE", "client.fd-limit", ["file-nr", "fs.file-max"]),
    ("bind(0.0.0.0:80) failed (13: Permission denied)", "listen there", None, ["ip_unprivileged_port_start", "UNIT", "ausearch"]),
    ("connect() failed (13: Permission denied)", "EACCES", None, ["ausearch", "httpd_can_network_connect", "--pid PID"]),
    ("sendto: Operation not permitted", "EPERM", None, ["nft list ruleset", "--pid PID"]),
    ("EPERM", "EPERM", None, ["nft list ruleset", "--pid PID"]),
    ("EACCES", "EACCES", None, ["ausearch", "httpd_can_network_connect", "--pid PID"]),
    ("OSError: [Errno 98] Address already in use", "EADDRINUSE", "server.port-taken", ["'sport = :PORT'", "127.0.0.1:PORT"]),
    ("listen tcp :8080: bind: address already in use", "EADDRINUSE", "server.port-taken", ["'sport = :8080'", "127.0.0.1:8080"]),
    (
        "listen EADDRINUSE: address already in use :::8080\nproxying to http://api.example:81/",
        "EADDRINUSE",
        "server.port-taken",
        ["'sport = :8080'", "127.0.0.1:8080"],
    ),
    (
        "Address already in use\nGET http://api.example:81/ failed",
        "EADDRINUSE",
        "server.port-taken",
        ["'sport = :PORT'", "127.0.0.1:PORT"],
    ),
    (
        "Cannot assign requested address",
        "no free port to connect from",
        None,
        ["ip -brief address; ss -s", "ip_local_port_range"],
    ),
    ("bind(10.0.0.9:80) failed: Cannot assign requested address", "wanted to listen on", None, ["ip -brief address", "UNIT"]),
    ("No space left on device", "ENOSPC", None, ["df -h", "max_user_watches"]),
    ("No buffer space available", "ENOBUFS", None, ["tcp_mem"]),
    ("ENOBUFS", "ENOBUFS", None, ["tcp_mem"]),
    ("[Errno 105] ?", "ENOBUFS", None, ["tcp_mem"]),
    ("ENOSPC", "ENOSPC", None, ["df -h", "max_user_watches"]),
]
"""Text, the sign in the sentence, the cause that the words leave, and what stands in each command, in order."""


@pytest.mark.parametrize(("text", "sign", "cause", "commands"), OWN)
def test_a_limit_of_the_machine_that_wrote_it(text: str, sign: str, cause: str | None, commands: list[str]) -> None:
    """Each error of the own machine says which limit it is and what cause is left; the commands name its process and port."""
    meaning = _meaning(text)

    assert sign in meaning.sentence
    assert meaning.cause == cause
    assert len(meaning.remedies) == len(commands)
    for remedy, part in zip(meaning.remedies, commands, strict=True):
        assert part in remedy.command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "connect to db.example:8443: x509: certificate has expired",
            "-connect db.example:8443 -servername db.example </dev/null",
        ),
        ("dial tcp 10.0.0.1:8443: x509: certificate has expired", "-connect 10.0.0.1:8443 </dev/null"),
        ("x509: certificate has expired", "-connect HOST:PORT -servername HOST </dev/null"),
    ],
)
def test_the_handshake_is_that_of_the_text(text: str, command: str) -> None:
    """With its host and port; an address is no name to ask for, and what is not said stays in capitals."""
    assert command in _meaning(text).remedies[0].command
