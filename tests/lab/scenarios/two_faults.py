"""Two things are wrong at once: each is named."""

from tests.lab.resolver import asks
from tests.lab.scenario import Expect, Scenario
from tests.lab.steps import dnsmasq, filters, lies, serve

SCENARIOS = (
    Scenario(
        name="rejected-and-nobody",
        about="path.rejected",
        broken="a name with a rejected address and one that nobody has",
        steps=(serve("server"), filters("router1", "forward", "ip daddr {server} tcp dport {port} reject")),
        typed="{name}:{port}",
        etc={"hosts": "{server} {name}\n{away} {name}\n", "nsswitch.conf": "hosts: files\n"},
        expect=Expect(
            verdict=("path.rejected", "path.host-unreachable"),
            also={"path.rejected": "confirmed", "path.host-unreachable": "confirmed"},
        ),
    ),
    Scenario(
        name="closed-and-filtered",
        about="server.not-listening",
        broken="a name with a closed address and one whose port is dropped",
        steps=(filters("server", "input", "ip daddr {server_b} tcp dport {port} drop"),),
        typed="{name}:{port}",
        etc={"hosts": "{server} {name}\n{server_b} {name}\n", "nsswitch.conf": "hosts: files\n"},
        expect=Expect(
            verdict=("server.not-listening", "path.filtered"),
            certainty="likely",
            also={"server.not-listening": "likely", "path.filtered": "likely"},
        ),
    ),
    Scenario(
        name="slow-nameserver-and-closed-port",
        about="server.not-listening",
        broken="the first nameserver is silent, and nothing listens",
        topology="lan",
        steps=(
            dnsmasq("nameserver", "host-record={name},{server}", at=("{nameserver_b}",)),
            filters("nameserver", "input", "ip daddr {nameserver} udp dport 53 drop"),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(verdict="server.not-listening", certainty="likely", may=frozenset({"name.nameserver-down"})),
    ),
    Scenario(
        name="no-name-and-a-dead-second-nameserver",
        about="name.not-found",
        broken="the name does not exist, and the second nameserver is silent",
        topology="lan",
        steps=(
            dnsmasq("nameserver", "local=/{zone}/", at=("{nameserver}",)),
            filters("nameserver", "input", "ip daddr {nameserver_b} udp dport 53 drop"),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(verdict="name.not-found", outcome="name-error"),
    ),
    Scenario(
        name="dead-address-and-first-nameserver-down",
        about="name.dead-address",
        broken="one of two addresses refuses, and the first nameserver is silent",
        topology="lan",
        steps=(
            serve("server", address="{server}"),
            lies(at=("{nameserver_b}",), addresses={"{name}": ["{server}", "{server_b}"]}),
            filters("nameserver", "input", "ip daddr {nameserver} udp dport 53 drop"),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(
            verdict="name.dead-address",
            status="degraded",
            outcome="connected",
            may=frozenset({"name.nameserver-down"}),
            culprit={"address": "{server_b}"},
        ),
    ),
    Scenario(
        name="v6-refused-and-v4-rejected",
        about="path.rejected",
        broken="both families fail, each for a reason of its own",
        steps=(filters("router1", "forward", "meta nfproto ipv4 tcp dport {port} reject"),),
        typed="{name}:{port}",
        etc={"hosts": "{server} {name}\n{server_6} {name}\n", "nsswitch.conf": "hosts: files\n"},
        expect=Expect(
            verdict="path.rejected", also={"server.not-listening": "likely"}, never=frozenset({"name.family-mismatch"})
        ),
    ),
)
