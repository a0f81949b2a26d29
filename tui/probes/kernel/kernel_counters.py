"""Counters of the TCP stack in /proc/net/netstat. They count for the whole network namespace, not for one socket."""

from pathlib import Path

from tui.probes.kernel.text_file import text_of

NETSTAT = Path("/proc/net/netstat")


def failed_retransmissions() -> int | None:
    """How many retransmissions this machine has failed to send so far (TCPRetransFail); None where it can't be read."""
    return _counter("TCPRetransFail")


def discarded_for_ttl() -> int | None:
    """How many answers were discarded so far for a TTL below a socket's limit (TCPMinTTLDrop); None if unreadable."""
    return _counter("TCPMinTTLDrop")


def _counter(name: str) -> int | None:
    return read_counter(text_of(NETSTAT), name)


def read_counter(text: str, name: str) -> int | None:
    """The value of a TcpExt counter in the kernel's pairs of lines (proc_pid_net(5)); None where it is not there."""
    rows = [line.split() for line in text.splitlines() if line.startswith("TcpExt:")]
    for names, values in zip(rows[::2], rows[1::2], strict=False):
        value = dict(zip(names[1:], values[1:], strict=False)).get(name)
        if value is not None and value.isdigit():
            return int(value)
    return None
