"""What TLS libraries write when a handshake fails, by the reason that the words give.

From OpenSSL's reasons and X509_verify_cert_error_string(3), Python's `ssl`, Go's crypto/tls and crypto/x509, the JDK, Node,
rustls, .NET, GnuTLS, Schannel, curl and the browsers. An alert (RFC 8446, section 6.2) is the word of the *other* end.
"""

from collections.abc import Iterator

from msgspec import Struct


class TlsReason(Struct, frozen=True, kw_only=True):
    """Why a handshake failed, with every phrase, in lower case, that says so."""

    phrases: tuple[str, ...]
    sentence: str
    """Goes on after "TLS failed: "."""
    by_alert: bool = False
    """The other end ended it, for what it was shown or was not."""
    cause: str | None = None
    """The cause's id where the words leave only that."""


_BY_ERRNO = "ssl_error_syscall"
"""SSL_get_error(3): errno says more, where it is in the text too."""


def _alerts(*names: str) -> Iterator[str]:
    """Alerts by their names in RFC 8446, as OpenSSL, Python, Node, the JDK, and rustls write them."""
    for name in names:
        under, joined = name.replace(" ", "_"), name.replace(" ", "")
        yield from (f"alert {name}", f"alert_{under}", f"alert: {under}", f"alert: {joined}")


REASONS: tuple[TlsReason, ...] = (
    TlsReason(
        phrases=(
            *_alerts("certificate required"),
            *("certificate required", "certificate_required", "did not return a certificate", "didn't provide a certificate"),
            *("no required ssl certificate was sent", "err_bad_ssl_client_auth_cert", "empty client certificate chain"),
        ),
        sentence="the server wants a certificate from its client, and was given none",
        by_alert=True,
        cause="tls.client-certificate",
    ),
    TlsReason(
        phrases=(
            *_alerts("unknown ca"),
            *("unknown_ca", "tls: unknown certificate authority", "ca is unknown"),
        ),
        sentence="the other end does not trust the issuer of the certificate that it was shown, and said so by an alert",
        by_alert=True,
    ),
    TlsReason(
        phrases=(
            *_alerts("bad certificate", "certificate unknown", "certificate expired", "certificate revoked"),
            *_alerts("unsupported certificate", "access denied"),
            *("tls: bad certificate", "tls: unknown certificate", "tls: expired certificate", "tls: revoked certificate"),
            *("tls: unsupported certificate", "tls: access denied", "certificate is bad", "bad certificate"),
        ),
        sentence="the other end did not accept the certificate that it was shown, and said so by an alert",
        by_alert=True,
    ),
    TlsReason(
        phrases=(
            *_alerts("unrecognized name", "unrecognised name"),
            *("tlsv1 unrecognized name", "tlsv1_unrecognized_name", "tls: unrecognized name", "unrecognized_name"),
            *("server name sent was not recognized", "err_ssl_unrecognized_name_alert"),
        ),
        sentence="the server has no certificate for the name that was asked for, and said so by an alert (SNI)",
        by_alert=True,
        cause="tls.unrecognized-name",
    ),
    TlsReason(
        phrases=(
            *_alerts("protocol version", "insufficient security", "no application protocol", "inappropriate fallback"),
            *("tls: protocol version not supported", "tls: insufficient security level", "tls: no application protocol"),
            *("tls: no supported versions", "selected unsupported protocol version", "no application protocol"),
            *(":unsupported protocol", "ssl: unsupported_protocol", "no protocols available", "no appropriate protocol"),
            *("no shared cipher", "no_shared_cipher", "no cipher suites in common", "no cipher suite supported by both"),
            *("no ciphers available", "no cipher match", "dh key too small", "dh_key_too_small", "ca md too weak"),
            *(
                "ee key too small",
                "legacy renegotiation disabled",
                "legacy_renegotiation_disabled",
                "protocol is disabled or cipher",
            ),
            *("err_ssl_version_or_cipher_mismatch", "ssl_error_no_cypher_overlap", "ssl_error_unsupported_version"),
            *("error in protocol version", "peer is incompatible", "peerincompatible"),
        ),
        sentence="the two ends have no version, cipher or kind of key in common that both allow",
        cause="tls.no-agreement",
    ),
    TlsReason(
        phrases=(
            *("certificate is valid for", "cannot validate certificate for", "certificate is not valid for any names"),
            *("certificate relies on legacy common name", "alternative certificate subject name", "hostname mismatch"),
            *("ip address mismatch", "certificate subject name '", "certificate subject alternative name matches"),
            *("no subject alternative names present", "no subject alternative names matching"),
            *("certificateexception: no name matching", "subject alternative dns name matching"),
            *("match any of the subject alternative names", "match certificate's altnames"),
            *("altname_invalid",),
            *("does not match the server certificate", "did not match expected cn", "hostname not verified"),
            *("server hostname mismatch", "certificate's owner does not match", "notvalidforname"),
            *("certificate not valid for name", "remotecertificatenamemismatch", "sec_e_wrong_principal"),
            *("err_cert_common_name_invalid", "ssl_error_bad_cert_domain"),
        ),
        sentence="the certificate is for other names than the one that was asked for",
        cause="tls.wrong-name",
    ),
    TlsReason(
        phrases=(
            *(
                "certificate has expired or is not yet valid",
                "certificate has expired",
                "cert_has_expired",
                "certificateexpired",
                "invalid peer certificate: expired",
            ),
            *("sec_error_expired_certificate", "sec_e_cert_expired", "certificate expired", "notafter:"),
            *("err_cert_date_invalid", "nottimevalid"),
        ),
        sentence="the certificate has run out, or the clock of the machine that wrote this is wrong",
    ),
    TlsReason(
        phrases=(
            *("certificate is not yet valid", "cert_not_yet_valid", "certificatenotyetvalid", "notbefore:"),
            *("certificate not valid yet", "is not yet activated", "notvalidyet"),
        ),
        sentence="the certificate is not valid yet by the clock of the machine that wrote this",
    ),
    TlsReason(
        phrases=(
            *("self signed certificate", "self-signed certificate", "self_signed_cert", "unable to get local issuer certificate"),
            *(
                "certificate signed by unknown authority",
                "unable to get issuer",
                "unable_to_get_issuer",
                "certificate is not trusted",
            ),
            *("unable to verify the first certificate", "unable_to_verify_leaf", "pkix path", "unknownissuer"),
            *("valid certification path", "untrustedroot", "partialchain", "sec_e_untrusted_root", "untrusted root"),
            *("err_cert_authority_invalid", "sec_error_unknown_issuer", "locally verify the issuer"),
            *("certificate issuer is unknown", "have a known issuer", "trust anchor for certification path not found"),
            *("server certificate verification failed", "' is not trusted", "\u2019 is not trusted"),
        ),
        sentence=(
            "the machine that wrote this does not trust the issuer: a private authority, a missing intermediate, or its own store"
        ),
    ),
    TlsReason(
        phrases=(
            *("certificate revoked", "certificate is revoked", "invalid peer certificate: revoked", "err_cert_revoked"),
            *("certificate has been revoked", "sec_error_revoked_certificate", "cert_revoked"),
        ),
        sentence="the issuer has revoked the certificate",
    ),
    TlsReason(
        phrases=(
            *("wrong version number", "wrong_version_number", "http response to https client", "not an ssl/tls record"),
            *("does not look like a tls handshake", "unsupported or unrecognized ssl", "record layer failure"),
            *("packet length too long", "packet_length_too_long", "unexpected tls packet", "err_ssl_protocol_error"),
            *("corrupted frame was received", "invalidcontenttype", "ssl_error_rx_record_too_long", "ssl routines::http request"),
        ),
        sentence="the other end did not speak TLS on that port",
    ),
    TlsReason(
        phrases=(
            *("routines::unexpected eof while reading", _BY_ERRNO),
            *("remote host terminated the handshake", "non-properly terminated", "connection closed during ssl handshake"),
            *("tls handshake eof",),
        ),
        sentence=(
            "the other end closed the connection in the middle of the handshake and gave no reason: a server that wants no TLS "
            "there, one that ended, or something on the way"
        ),
    ),
    TlsReason(
        phrases=(
            *_alerts("handshake failure"),
            *("handshake failure", "handshake_failure", "handshakefailure", "alert handshake"),
        ),
        sentence=(
            "one end found no version or cipher in common with the other, or missed a certificate, and ended the handshake"
        ),
    ),
    TlsReason(
        phrases=("tlsv1 alert", "tlsv1_alert", "sslv3 alert", "sslv3_alert", "fatal alert", "alert number"),
        sentence="the other end ended the handshake by an alert",
        by_alert=True,
    ),
)
"""Those that leave the least open come first: of the reasons in a text, the first of them is its reason."""

TLS_PHRASES = tuple(phrase for reason in REASONS for phrase in reason.phrases if phrase != _BY_ERRNO)
"""Those that state the class by themselves."""


def rank_of(low: str) -> int:
    """The place in `REASONS` of the first reason that `low`, in lower case, gives; their number where it gives none."""
    return next(
        (rank for rank, reason in enumerate(REASONS) if any(phrase in low for phrase in reason.phrases)),
        len(REASONS),
    )


def reason_of(words: str) -> TlsReason | None:
    """The reason that these words give; None where they only say that TLS failed."""
    rank = rank_of(words.lower())
    return REASONS[rank] if rank < len(REASONS) else None
