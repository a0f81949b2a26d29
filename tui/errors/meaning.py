"""What the words of a text mean where they name their cause themselves, whether it has an endpoint or not.

Whose limit it is, what shows it, and which option would let us look.

Law: nothing is claimed of this machine; all of it is about the one that wrote the text.
"""

from collections.abc import Callable

from msgspec import Struct

from tui.errors.tls_words import reason_of
from tui.errors.types import ErrorClass, ErrorReading
from tui.model.address import endpoint, literal_address
from tui.model.command_line import quoted
from tui.model.judgement import Remedy


class Meaning(Struct, frozen=True, kw_only=True):
    """A text answered for what it says."""

    sentence: str
    remedies: tuple[Remedy, ...] = ()
    """What to look at and do, on the machine that wrote the text."""
    cause: str | None = None
    """The cause's id where the words leave only that; what the words leave open is None."""


def meaning_of(reading: ErrorReading) -> Meaning | None:
    """What the text says of its own cause; None where it names none, as a refusal and a time-out do not."""
    explain = _MEANINGS.get(reading.error_class)
    return explain(reading) if explain else None


def _pid(reading: ErrorReading) -> str:
    return str(reading.origin.pid or "PID")


def _where(reading: ErrorReading) -> tuple[str, str]:
    """The endpoint and its host as words of a shell's command; what the text does not say is left in capitals."""
    named = next((place for place in reading.endpoints if place.host), None)
    host = (named.host if named else None) or "HOST"
    port = named.port if named else None
    return quoted(endpoint(host, port) if port else f"{host}:PORT"), quoted(host)


def _as_that_process(reading: ErrorReading, do: str) -> Remedy:
    """Look from where the process that wrote the text stands."""
    return Remedy(do=do, command=f"refused check {_where(reading)[0]} --pid {_pid(reading)}")


def _descriptors(reading: ErrorReading) -> Meaning:
    low = (reading.words or "").lower()
    if low in {"enfile", "file table overflow", "errno 23"} or low.endswith("in system"):
        return Meaning(
            sentence="The machine that wrote this had no file descriptor left for any process (ENFILE).",
            remedies=(
                Remedy(do="See how many files are open there, and how many may be.", command="cat /proc/sys/fs/file-nr"),
                Remedy(do="Raise the machine's limit.", command="sysctl -w fs.file-max=1000000", changes=True),
            ),
            cause="client.fd-limit",
        )
    pid = _pid(reading)
    return Meaning(
        sentence=(
            "The process that wrote this had all the file descriptors open that it may have (EMFILE, RLIMIT_NOFILE), so it "
            "could not make or accept another socket. That is its own limit, and says nothing about the other end."
        ),
        remedies=(
            Remedy(
                do="See what it keeps open; connections that it does not close are the usual reason.",
                command=f"ls /proc/{pid}/fd | wc -l; grep 'open files' /proc/{pid}/limits",
            ),
            _as_that_process(reading, "Let refused count while it runs, as that process sees it."),
            Remedy(
                do="Raise its limit, and LimitNOFILE= in its unit.", command=f"prlimit --pid {pid} --nofile=65536", changes=True
            ),
        ),
        cause="client.fd-limit",
    )


def _permission(reading: ErrorReading) -> Meaning:
    bound = reading.endpoints[:1] and reading.endpoints[0].role == "bind"
    if bound:
        return Meaning(
            sentence=(
                "The machine that wrote this did not let its process listen there: ports below 1024 need a privilege "
                "(CAP_NET_BIND_SERVICE), and a security module may keep others."
            ),
            remedies=(
                Remedy(do="See from which port on anybody may listen.", command="sysctl net.ipv4.ip_unprivileged_port_start"),
                Remedy(
                    do="Give the unit that one privilege.",
                    command="systemctl edit UNIT  # AmbientCapabilities=CAP_NET_BIND_SERVICE",
                    changes=True,
                ),
                Remedy(
                    do="See what a security module denied.",
                    command="ausearch -m avc -ts recent; dmesg | grep -E 'audit|apparmor'",
                ),
            ),
        )
    low = (reading.words or "").lower()
    if "permitted" in low or low == "eperm":
        return Meaning(
            sentence=(
                "The machine that wrote this forbade its process to send it (EPERM): a packet filter's or control group's rule, "
                "a seccomp filter, or a privilege that is missing. The other end has not said anything."
            ),
            remedies=(
                Remedy(
                    do="See which rules and programs act on what goes out there.", command="nft list ruleset; bpftool cgroup tree"
                ),
                _as_that_process(reading, "Let refused look as that process."),
            ),
        )
    return Meaning(
        sentence=(
            "The machine that wrote this forbade its process to connect or to open the file (EACCES): SELinux, AppArmor, the "
            "mode of a socket's path, or a route that prohibits. The other end has not said anything, and another program "
            "there may connect."
        ),
        remedies=(
            Remedy(
                do="See what a security module denied.", command="ausearch -m avc -ts recent; dmesg | grep -E 'audit|apparmor'"
            ),
            Remedy(do="Of a web server below SELinux, this is the usual switch.", command="getsebool httpd_can_network_connect"),
            _as_that_process(reading, "Let refused look as that process."),
        ),
    )


def _in_use(reading: ErrorReading) -> Meaning:
    port = next((named.port for named in reading.endpoints if named.role == "bind"), None)
    where = f"sport = :{port}" if port else "sport = :PORT"
    return Meaning(
        sentence=(
            "A program on the machine that wrote this wanted to listen, and another socket there already had the address and "
            "port (EADDRINUSE). No connection failed: the server did not start."
        ),
        remedies=(
            Remedy(do="See there, as root, who holds the port.", command=f"ss -ltnp '{where}'"),
            Remedy(do="Let refused look there.", command=f"refused check 127.0.0.1:{port or 'PORT'}"),
        ),
        cause="server.port-taken",
    )


def _no_address(reading: ErrorReading) -> Meaning:
    if reading.endpoints[:1] and reading.endpoints[0].role == "bind":
        return Meaning(
            sentence=(
                "A program wanted to listen on an address that its machine does not have, or did not have yet (EADDRNOTAVAIL)."
            ),
            remedies=(
                Remedy(do="See which addresses the machine has.", command="ip -brief address"),
                Remedy(
                    do="If it comes later at boot, wait for it in the unit.",
                    command="systemctl edit UNIT  # After=network-online.target",
                    changes=True,
                ),
            ),
        )
    return Meaning(
        sentence=(
            "The machine that wrote this had no address or no free port to connect from (EADDRNOTAVAIL): it has none of that "
            "family, as a container without IPv6 has none for ::1; or the source is not its own; or its local ports are used up."
        ),
        remedies=(
            Remedy(do="See its addresses, and how many local ports are taken.", command="ip -brief address; ss -s"),
            Remedy(do="See which ports it may use.", command="sysctl net.ipv4.ip_local_port_range"),
        ),
    )


def _no_space(reading: ErrorReading) -> Meaning:
    if "buffer" in (reading.words or "").lower() or (reading.words or "") in {"ENOBUFS", "errno 105", "errno 55"}:
        return Meaning(
            sentence="The kernel of the machine that wrote this had no memory left for network buffers (ENOBUFS).",
            remedies=(
                Remedy(do="See what its sockets take, and the limit.", command="cat /proc/net/sockstat; sysctl net.ipv4.tcp_mem"),
            ),
        )
    return Meaning(
        sentence=(
            "A file system of the machine that wrote this was full, or its inodes or inotify watches used up (ENOSPC). "
            "That is no answer of the other end; what could not be written may be a log, a socket's path or a temporary file."
        ),
        remedies=(
            Remedy(do="See which file system is full, of bytes or of inodes.", command="df -h; df -i"),
            Remedy(do="See the limit of inotify watches.", command="sysctl fs.inotify.max_user_watches"),
        ),
    )


def _tls(reading: ErrorReading) -> Meaning:
    reason = reason_of(reading.words or "")
    why = reason.sentence if reason else "the other end's certificate or the handshake was not accepted"
    asked, name = _where(reading)
    named = "" if literal_address(name) else f" -servername {name}"  # an address is no name for SNI (RFC 6066, section 3)
    shaken = f"openssl s_client -connect {asked}{named} </dev/null"
    theirs = Remedy(
        do="See whether the other end asks its clients for a certificate, and which issuers it takes.", command=shaken
    )
    clock = Remedy(do="See whether the clock of that machine is right.", command="date --utc")
    return Meaning(
        sentence=f"It connected, and then TLS failed: {why}. No packet filter and no closed port does that.",
        remedies=(
            Remedy(
                do="See the certificate as it is presented: its names, its dates, its issuer.",
                command=f"{shaken} | openssl x509 -noout -text",
            ),
            theirs if reason and reason.by_alert else clock,
        ),
        cause=reason.cause if reason else None,
    )


_MEANINGS: dict[ErrorClass, Callable[[ErrorReading], Meaning]] = {
    "descriptors": _descriptors,
    "permission": _permission,
    "in-use": _in_use,
    "no-address": _no_address,
    "no-space": _no_space,
    "tls": _tls,
}
