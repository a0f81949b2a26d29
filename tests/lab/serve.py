"""A TCP service for the lab: ADDRESS PORT BEHAVIOUR. Prints `ready` when it listens; ends when it is killed."""

import socket
import struct
import sys

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends a reset (socket(7))


def main(address: str, port: int, behaviour: str) -> None:
    """Accept for ever; what comes after the accept is `behaviour`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kept: list[socket.socket] = []
    with socket.create_server((address, port), family=family, dualstack_ipv6=address == "::") as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = server.accept()
            match behaviour:
                case "hold":
                    kept.append(connection)
                case "greet":
                    connection.sendall(b"220 lab ready\r\n")
                    kept.append(connection)
                case "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    connection.close()
                case "close":
                    connection.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
