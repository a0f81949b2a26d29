"""A nameserver that says what it is told: SETTINGS (JSON) has `at`, its addresses; `tcp`; `says`, the words of tui/demo/zone.py.

Prints `ready` when it listens on port 53 of all; ends when it is killed.
"""

import json
import socket
import sys
import threading

import dns.message

from tui.demo.zone import Zone

PORT = 53
_LARGEST = 65535


def datagrams(zone: Zone, server: socket.socket) -> None:
    """Answer over UDP for ever; a slow answer holds up no other."""

    def answer(query: bytes, peer: tuple[str, int]) -> None:
        said = zone.answer(query, "udp")
        if said and said.wire is not None:
            threading.Event().wait(said.delay_s)
            server.sendto(said.wire, peer)

    while True:
        query, peer = server.recvfrom(_LARGEST)
        threading.Thread(target=answer, args=(query, peer), daemon=True).start()


def connections(zone: Zone, server: socket.socket, *, once: bool) -> None:
    """Answer over TCP for ever, query after query: glibc sends two on one connection (RFC 7766, 6.2.1). Or `once` each."""

    def converse(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while query := reader.read(int.from_bytes(reader.read(2), "big")):
                said = zone.answer(query, "tcp")
                if said and said.wire is not None:
                    threading.Event().wait(said.delay_s)
                    connection.sendall(len(said.wire).to_bytes(2, "big") + said.wire)
                if once:
                    break

    while True:
        connection, _ = server.accept()
        threading.Thread(target=converse, args=(connection,), daemon=True).start()


def main(settings: str) -> None:
    """Open every socket, say so, and serve."""
    told = json.loads(settings)
    zone = Zone(told["says"].pop("addresses", {}), **told["says"])
    # dnspython loads what it needs with the first query; a client must not wait for that.
    zone.answer(dns.message.make_query("warm.invalid", "A", use_edns=0).to_wire(), "udp")
    for address in told["at"]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        udp = socket.socket(family, socket.SOCK_DGRAM)
        udp.bind((address, PORT))
        threading.Thread(target=datagrams, args=(zone, udp), daemon=True).start()
        if told["tcp"]:
            tcp = socket.create_server((address, PORT), family=family)
            threading.Thread(target=connections, args=(zone, tcp), kwargs={"once": told["tcp"] == "once"}, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
