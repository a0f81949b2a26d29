"""Counters of the TCP stack in /proc/net. They count for the whole network namespace, not for one socket."""

from pathlib import Path

from tui.model.numbers import decimal_number
from tui.probes.kernel.text_file import text_of

NETSTAT = Path("/proc/net/netstat")
SNMP = Path("/proc/net/snmp")
SNMP6 = Path("/proc/net/snmp6")


def failed_retransmissions() -> int | None:
    """How many retransmissions this machine has failed to send so far (TCPRetransFail); None where it can't be read."""
    return _counter("TCPRetransFail")


def discarded_for_ttl() -> int | None:
    """How many answers were discarded so far for a TTL below a socket's limit (TCPMinTTLDrop); None if unreadable."""
    return _counter("TCPMinTTLDrop")


def resets_sent() -> int | None:
    """How many resets this machine's own TCP has sent so far, IPv4 and IPv6 (OutRsts); None if unreadable.

    A reset that a filter rule makes (nf_send_reset in net/ipv4/netfilter/nf_reject_ipv4.c) is not counted.
    """
    return read_counter(text_of(SNMP), "OutRsts", group="Tcp")


def packets_too_big() -> int | None:
    """How many reports that an IPv6 packet was too large have come so far (Icmp6InPktTooBigs); None if unreadable."""
    rows = (line.split() for line in text_of(SNMP6).splitlines())
    return next((decimal_number(row[1]) for row in rows if row[:1] == ["Icmp6InPktTooBigs"] and row[1:2]), None)


def risen(before: int | None, after: int | None) -> int | None:
    """By how much a counter has risen; None where it was not read twice."""
    return None if before is None or after is None else max(after - before, 0)


def _counter(name: str) -> int | None:
    return read_counter(text_of(NETSTAT), name)


def read_counter(text: str, name: str, group: str = "TcpExt") -> int | None:
    """The value of a group's counter in the kernel's pairs of lines (proc_pid_net(5)); None where it is not there."""
    rows = [line.split() for line in text.splitlines() if line.startswith(f"{group}:")]
    for names, values in zip(rows[::2], rows[1::2], strict=False):
        value = decimal_number(dict(zip(names[1:], values[1:], strict=False)).get(name))
        if value is not None:
            return value
    return None
