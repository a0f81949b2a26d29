"""Containers and the networks around them: other addresses, other machines, rules that are gone or left, gateways."""

from tests.lab.engines.plays import Contained
from tests.lab.scenario import CONTROL, HEALTHY, Expect

_WEB = "run -d --name {name} -p {port}:80 web:1 httpd -f -p 80 -h /www"
_ADDRESS = """at=$({engine} inspect {name} | sed -n 's/.*"IPAddress": "\\([0-9.]*\\)".*/\\1/p' | sort -u | tail -1)"""
_PROCESS = """pid=$({engine} inspect {name} | sed -n 's/.*"Pid": \\([0-9]*\\),.*/\\1/p' | head -1)"""
_FLUSH = "$iptables -w -t nat -S | grep -e '--dport {port} ' | sed 's/^-A/-D/' | xargs -r -L1 iptables -w -t nat"
_WEB_ON_LOOPBACK = "run -d --name {name} -p 127.0.0.1:{port}:80 web:1 httpd -f -p 80 -h /www"
_ENGINE_REMOVES = "{engine} rm -f {name}"
_REDIS_OF_THE_HOST = "$systemd-run -q --unit {name} redis-server --bind 127.0.0.1 --port {port} --dir /tmp"
_NGINX = "events {} http { access_log off; server { listen {port}; location / { proxy_pass http://%s:80; } } }"
_RULE_OF_OLD = (
    f"${_ADDRESS}; {_ENGINE_REMOVES}; "
    "iptables -w -t nat -A OUTPUT -p tcp -d {own} --dport {port} -j DNAT --to-destination $at:80"
)
_PROXY_OF_OLD = (
    f"${_ADDRESS}; {_ENGINE_REMOVES}; printf '{_NGINX}' $at"
    " > /tmp/{name}.conf; systemd-run -q --unit {name} nginx -c /tmp/{name}.conf -g 'daemon off; pid /tmp/{name}.pid;'"
)
_MUTE = Expect(verdict="server.unresponsive", status="degraded", certainty=("likely",), outcome=("connected", "silent"))
_ELSEWHERE = Expect(
    verdict="server.bound-elsewhere", certainty=("confirmed", "likely"), words=("127.0.0.1:{port}", "{own}:{port}")
)
_ON_THE_HOST = Expect(
    verdict="server.bound-elsewhere", culprit={"name": "redis-server", "address": "127.0.0.1"}, words=("127.0.0.1:{port}",)
)

_THERE = "10.78.{octet}"
_NETWORK_OF_THE_SERVER = (
    f"network create --subnet {_THERE}.0/24 {{name}}",
    "run -d --name {name} --network {name} web:1 httpd -f -p 80 -h /www",
    f"$ip -n lan address add {_THERE}.9/32 dev lo; ip route add {_THERE}.0/24 via 10.77.0.2 dev lan0 metric 500",
    "$systemd-run -q --unit {name} ip netns exec lan busybox httpd -f -p {port} -h /",
)
"""A network of the engine, and the same behind another machine of the LAN, where something serves."""

CONTAINED = (
    Contained(
        name="network-of-the-engine-has-a-real-servers-addresses",
        about="path.route-overlap",
        broken="a network of the engine has the addresses of a server behind the LAN, which serves",
        lines=_NETWORK_OF_THE_SERVER,
        typed=f"{_THERE}.9:{{port}}",
        # Containers of other scenarios are stopped: for all that is known, one of them is meant.
        expect=Expect(
            verdict="path.route-overlap", certainty="likely", outcome="unreachable", words=("{engine}'s network {name}", "lan0")
        ),
        nobody=Expect(verdict="path.route-overlap", certainty="likely", outcome="unreachable", words=("lan0",)),
    ),
    Contained(
        name="published-and-seen-from-the-lan",
        about=CONTROL,
        broken="nothing: another machine asks for a published port",
        lines=(_WEB,),
        seen_from="lan",
        typed="http://{own}:{port}/",
        expect=HEALTHY,
    ),
    Contained(
        name="published-on-loopback-alone",
        about="server.bound-elsewhere",
        broken="the port is published on 127.0.0.1, and the machine's own address is asked",
        lines=(_WEB_ON_LOOPBACK,),
        typed="http://{own}:{port}/",
        expect=_ELSEWHERE,
    ),
    Contained(
        name="published-on-loopback-and-seen-from-the-lan",
        about="server.bound-elsewhere",
        truth=frozenset({"server.bound-elsewhere", "server.not-listening"}),
        broken="the port is published on 127.0.0.1, and another machine asks for it",
        lines=(_WEB_ON_LOOPBACK,),
        seen_from="lan",
        typed="http://{own}:{port}/",
        expect=Expect(verdict="server.not-listening", certainty=("likely",), alternatives=frozenset({"server.bound-elsewhere"})),
    ),
    Contained(
        name="rules-flushed-and-its-proxy-is-left",
        about=CONTROL,
        broken="nothing that is felt: the rules are gone, and docker-proxy leads to the container all the same",
        lines=(_WEB, _FLUSH),
        typed="http://{own}:{port}/",
        engines=("docker",),
        expect=HEALTHY,
    ),
    Contained(
        name="rules-flushed",
        about="server.not-published",
        truth=frozenset({"server.not-published", "server.unresponsive"}),
        broken="a firewall was reloaded, and the rules that lead to the container are gone",
        lines=(_WEB, _FLUSH),
        typed="http://{own}:{port}/",
        engines=("podman",),
        expect=Expect(
            verdict="server.not-published",
            status="degraded",
            outcome=("connected", "silent"),
            culprit={"container": "{name}"},
            words=("rules that podman made",),
        ),
        nobody=_MUTE,
    ),
    Contained(
        name="rules-flushed-and-seen-from-the-lan",
        about="server.not-published",
        truth=frozenset({"server.not-published", "server.unresponsive"}),
        broken="the rules are gone, and another machine asks",
        lines=(_WEB, _FLUSH),
        seen_from="lan",
        typed="http://{own}:{port}/",
        engines=("podman",),
        expect=_MUTE,
    ),
    Contained(
        name="rule-of-one-that-is-gone",
        about="server.wrong-mapping",
        broken="a rule leads to the address of a container that was removed",
        lines=(
            "network create --subnet 10.98.{octet}.0/24 {name}",
            "run -d --name {name} --network {name} web:1 httpd -f -p 80 -h /www",
            "run -d --name {name}-beside --network {name} web:1 sleep 1000",
            _RULE_OF_OLD,
        ),
        typed="http://{own}:{port}/",
        always=("podman",),
        expect=Expect(verdict="server.wrong-mapping", outcome="unreachable", words=("10.98.{octet}.", "gone")),
        nobody=Expect(
            # While the kernel still knows that nobody answered, its error comes at once, as a filter's does.
            verdict=("path.host-unreachable", "server.wrong-mapping", "path.local-firewall"),
            certainty=("likely", "possible"),
            outcome="unreachable",
        ),
    ),
    Contained(
        name="rejected-inside",
        about="path.rejected",
        truth=frozenset({"path.rejected", "path.local-firewall"}),
        broken="a rule in the container's own namespace rejects",
        lines=(
            _WEB,
            f"${_PROCESS}; nsenter -t $pid -n iptables -w -A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset",
        ),
        typed="http://{own}:{port}/",
        expect=Expect(verdict="path.rejected", certainty=("likely",)),
        nobody=Expect(verdict=("path.rejected", "path.local-firewall", "server.wrong-mapping"), certainty=("likely", "possible")),
    ),
    Contained(
        name="loopback-of-its-host",
        about="server.bound-elsewhere",
        broken="a client in a container asks its host for a service that listens on the host's 127.0.0.1 alone",
        lines=("run -d --name {name} --add-host host.docker.internal:host-gateway web:1 sleep 1000", _REDIS_OF_THE_HOST),
        typed="host.docker.internal:{port}",
        arguments=("--container", "{name}"),
        users=("root",),
        engines=("docker",),
        always=("docker",),
        expect=_ON_THE_HOST,
    ),
    Contained(
        name="loopback-of-podmans-host",
        about="server.bound-elsewhere",
        broken="the same by the name that podman gives the host",
        lines=("run -d --name {name} web:1 sleep 1000", _REDIS_OF_THE_HOST),
        typed="host.containers.internal:{port}",
        arguments=("--container", "{name}"),
        users=("root",),
        engines=("podman",),
        expect=_ON_THE_HOST,
    ),
    Contained(
        name="network-over-another",
        about="path.host-unreachable",
        broken="the engine's network has taken the subnet of another one",
        lines=("network create --subnet 10.99.{octet}.0/24 {name}", "run -d --name {name} --network {name} web:1 sleep 1000"),
        typed="10.99.{octet}.9:{port}",
        expect=Expect(verdict="path.host-unreachable", outcome="unreachable", words=("10.99.{octet}.9",)),
    ),
    Contained(
        name="proxy-with-an-old-address",
        about="upstream.refused",
        broken="a proxy on the host leads to an address that its container had before",
        lines=(
            "network create --subnet 10.97.{octet}.0/24 {name}",
            "run -d --name {name} --network {name} web:1 httpd -f -p 80 -h /www",
            "run -d --name {name}-beside --network {name} web:1 sleep 1000",
            _PROXY_OF_OLD,
        ),
        typed="http://{own}:{port}/",
        expect=Expect(verdict="upstream.refused", status="degraded", outcome="connected", words=("10.97.{octet}.",)),
        nobody=Expect(verdict="upstream.refused", status="degraded", certainty=("likely",), outcome="connected"),
    ),
)
