"""Machines in a cloud, by their firmware, and what stays silent there: the filter that nobody inside can see."""

from tests.lab.scenario import CONTROL, HEALTHY, QUICK, Expect, Scenario
from tests.lab.steps import filters, serve

_EC2 = {"sys_vendor": "Amazon EC2", "product_name": "m5.large", "chassis_asset_tag": "Amazon EC2", "bios_version": "1.0"}
_AZURE = {
    "sys_vendor": "Microsoft Corporation",
    "product_name": "Virtual Machine",
    "chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77",
}
_HYPER_V = {**_AZURE, "chassis_asset_tag": "1234-5678-9012-3456-7890-1234-56"}
_GROUP = filters("router2", "forward", "ip daddr {server} meta l4proto tcp drop")
"""As a security group does it that lets in pings alone: on the way, where neither end sees it."""
_ONE_PORT = filters("router2", "forward", "tcp dport {port} drop")
_CAUSE = frozenset({"path.cloud-filter"})

SCENARIOS = (
    Scenario(
        name="security-group-drops-the-port",
        about="path.cloud-filter",
        truth=frozenset({"path.cloud-filter", "path.filtered"}),
        broken="the client's firmware is EC2's, and something on the way lets in pings alone",
        firmware=_EC2,
        steps=(serve("server"), _GROUP),
        expect=Expect(verdict="path.cloud-filter", certainty="likely", outcome="timeout", words=("AWS", "security group")),
    ),
    Scenario(
        name="security-group-of-azure-drops-the-port",
        about="path.cloud-filter",
        truth=frozenset({"path.cloud-filter", "path.filtered"}),
        broken="the same, and the firmware is Azure's",
        firmware=_AZURE,
        steps=(serve("server"), _GROUP),
        users=("nobody",),
        expect=Expect(verdict="path.cloud-filter", certainty="likely", outcome="timeout", words=("Azure",)),
    ),
    Scenario(
        name="port-is-dropped-on-a-hyper-v-of-ones-own",
        about="path.filtered",
        broken="the same, and the firmware is that of a Hyper-V which is not Azure",
        firmware=_HYPER_V,
        steps=(serve("server"), _GROUP),
        expect=Expect(verdict="path.filtered", certainty="likely", outcome="timeout", never=_CAUSE),
    ),
    Scenario(
        name="one-port-alone-is-dropped-in-a-cloud",
        about="path.filtered",
        broken="the client's firmware is EC2's, and something on the way drops this port, while closed ones answer",
        firmware=_EC2,
        steps=(serve("server"), _ONE_PORT),
        expect=Expect(
            verdict="path.filtered",
            certainty="likely",
            outcome="timeout",
            alternatives=_CAUSE,
            never=_CAUSE,
        ),
    ),
    Scenario(
        name="servers-own-rule-drops-in-a-cloud",
        about="path.filtered",
        broken="the client's firmware is EC2's; a rule of the server, where we may look, drops the port",
        firmware=_EC2,
        steps=(serve("server"), filters("server", "input", "tcp dport {port} drop")),
        arguments=(*QUICK, "--server", "{server_shell}"),
        users=("root",),
        expect=Expect(verdict="path.filtered", outcome="timeout", never=_CAUSE),
    ),
    Scenario(
        name="all-is-dropped-in-a-cloud",
        about="path.cloud-filter",
        truth=frozenset({"path.cloud-filter", "path.filtered"}),
        broken="the client's firmware is EC2's, and everything that goes to the server is dropped on the way",
        firmware=_EC2,
        steps=(serve("server"), filters("router2", "forward", "ip daddr {server} drop")),
        expect=Expect(
            verdict=("path.cloud-filter", "path.filtered", "server.down"),
            certainty="possible",
            outcome="timeout",
            alternatives=frozenset({"server.down"}),
            never=_CAUSE,
        ),
    ),
    Scenario(
        name="all-is-well-in-a-cloud",
        about=CONTROL,
        broken="nothing, on a machine whose firmware is EC2's",
        firmware=_EC2,
        steps=(serve("server", "greet"),),
        expect=HEALTHY,
    ),
)
