"""Networks inside the client that have the addresses of a real one, and routes that lead where they are meant to."""

from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import dnsmasq, ip, serve, start

_OVERLAP = frozenset({"path.route-overlap"})
_INNER = {"inner": "172.29.0.1", "lost": "172.29.0.77"}
"""A network that only the client has."""


def _network(device: str, address: str, kind: str = "bridge") -> tuple[Step, ...]:
    """A network inside the client: its device, with the address and the network's route."""
    made = f"tuntap add {device} mode tun" if kind == "tun" else f"link add {device} type {kind}"
    return tuple(ip("client", command) for command in (made, f"address add {address}/24 dev {device}", f"link set {device} up"))


_CONTAINER = """
unshare --net sleep 3600 & inside=$!
until [ "$(readlink /proc/$inside/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add outside type veth peer name eth0 netns $inside
ip link set outside master docker0 up
nsenter -t $inside -n ip address add {away}/24 dev eth0
nsenter -t $inside -n ip link set eth0 up
echo ready
wait
"""
"""A namespace of the client's machine, on the bridge: it has the address `away`, and nothing listens in it."""


SCENARIOS = (
    Scenario(
        name="bridge-of-containers-has-the-servers-network",
        about="path.route-overlap",
        broken="a bridge inside the client has the network of the server, which serves",
        steps=(serve("server"), *_network("docker0", "{away}")),
        expect=Expect(
            verdict="path.route-overlap",
            outcome="unreachable",
            certainty="likely",
            culprit={"device": "docker0"},
            words=("docker0", "{router1}"),
        ),
    ),
    Scenario(
        name="bridge-of-containers-has-the-network-of-a-name",
        about="path.route-overlap",
        broken="the same on the LAN itself, and the nameserver says which machine is meant",
        topology="lan",
        etc={"resolv.conf": "nameserver {nameserver}\n"},
        steps=(
            serve("server"),
            dnsmasq("nameserver", "host-record={name},{server}"),
            ip("client", "address change {client}/24 dev eth0 metric 100"),
            ip("client", "route add {nameserver}/32 dev eth0"),
            *_network("docker0", "{gone}"),
        ),
        typed="{name}:{port}",
        expect=Expect(verdict="path.route-overlap", outcome="unreachable", culprit={"device": "docker0"}, words=("over eth0",)),
    ),
    Scenario(
        name="bridge-has-the-network-of-a-server-that-refuses",
        about="path.route-overlap",
        broken="the same, and the service is down: nobody can tell whether that server is meant",
        steps=_network("docker0", "{away}"),
        expect=Expect(
            verdict="path.route-overlap",
            certainty="likely",
            outcome="unreachable",
        ),
    ),
    Scenario(
        name="tunnel-has-the-servers-network",
        about="path.route-overlap",
        broken="a tunnel of the client, whose other end is gone, has the network of the server, which serves",
        steps=(serve("server"), *_network("tun0", "{away}", "tun")),
        expect=Expect(verdict="path.route-overlap", certainty="likely", outcome="timeout", words=("tun0",)),
    ),
    Scenario(
        name="container-on-the-bridge-refuses",
        about="server.not-listening",
        broken="nothing listens in a container on the client's own bridge, which is meant",
        steps=(*_network("docker0", "{server_b}"), start("client", "sh", "-c", _CONTAINER)),
        typed="{away}:{port}",
        expect=Expect(
            verdict=("server.not-listening", "server.other-namespace"),
            certainty=("confirmed", "likely", "possible"),
            never=_OVERLAP,
        ),
    ),
    Scenario(
        name="container-on-the-bridge-is-gone",
        about="path.host-unreachable",
        broken="the container that was meant has ended; its bridge is there",
        values=_INNER,
        steps=_network("docker0", "{inner}"),
        typed="{lost}:{port}",
        expect=Expect(verdict="path.host-unreachable", outcome="unreachable", never=_OVERLAP),
    ),
    Scenario(
        name="tunnel-is-meant-and-its-other-end-is-gone",
        about="path.filtered",
        broken="a tunnel that is meant to carry it has lost its other end",
        values=_INNER,
        steps=_network("tun0", "{inner}", "tun"),
        typed="{lost}:{port}",
        expect=Expect(verdict=("path.filtered", "server.down"), certainty="possible", outcome="timeout", never=_OVERLAP),
    ),
    Scenario(
        name="bridge-has-the-network-and-a-route-leads-around-it",
        about=CONTROL,
        broken="nothing: the bridge has the server's network, and a route for the server alone leads around it",
        steps=(serve("server"), *_network("docker0", "{away}"), ip("client", "route add {server}/32 via {router1}")),
        expect=HEALTHY,
    ),
)
