"""The whole walk against real faults: `refused check` on the client names the cause, and never more than it can know."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.lab.network import NO_HOST, NO_NEIGHBOUR, NOBODY, ROUTER1, SERVER, SERVER6, Lab

PORT = 5432
QUICK = ("--attempts", "2", "--delay", "0.5")


class Walk(NamedTuple):
    """What is broken, what is typed, and what the verdict must be."""

    name: str
    broken: Callable[[Lab], object]
    target: str
    cause: str | None
    certainty: str | None
    status: str = "failing"
    outcome: str = "refused"
    culprit: dict[str, Any] = {}  # noqa: RUF012 -- never changed
    arguments: tuple[str, ...] = QUICK


def _reject(machine: str, hook: str, with_: str = "reject") -> Callable[[Lab], object]:
    return lambda lab: getattr(lab, machine).filter(hook, f"tcp dport {PORT} {with_}")


def _drop(machine: str, hook: str, ports: str = str(PORT)) -> Callable[[Lab], object]:
    return lambda lab: getattr(lab, machine).filter(hook, f"tcp dport {ports} drop")


def _route(kind: str) -> Callable[[Lab], object]:
    return lambda lab: lab.client.ip("route", "add", kind, f"{SERVER}/32")


def _nothing(_lab: Lab) -> None:
    """Nothing is broken."""


WALKS = (
    Walk("nothing-listens", _nothing, f"{SERVER}:{PORT}", "server.not-listening", "likely"),
    Walk("nothing-listens-v6", _nothing, f"[{SERVER6}]:{PORT}", "server.not-listening", "likely"),
    Walk("healthy", lambda lab: lab.server.serve(PORT), f"{SERVER}:{PORT}", None, None, "reachable", "connected"),
    Walk(
        "rejected-by-router",
        _reject("router1", "forward"),
        f"{SERVER}:{PORT}",
        "path.rejected",
        "confirmed",
        culprit={"kind": "address", "address": ROUTER1},
    ),
    Walk(
        "prohibited-by-router",
        _reject("router2", "forward", "reject with icmpx admin-prohibited"),
        f"[{SERVER6}]:{PORT}",
        "path.rejected",
        "confirmed",
        outcome="rejected",
    ),
    Walk(
        "rejected-by-server",
        _reject("server", "input"),
        f"{SERVER}:{PORT}",
        "path.rejected",
        "confirmed",
        culprit={"address": SERVER},
    ),
    Walk("rejected-here", _reject("client", "output"), f"{SERVER}:{PORT}", "path.local-firewall", "confirmed"),
    Walk("dropped-here", _drop("client", "output"), f"{SERVER}:{PORT}", "path.local-firewall", "likely", outcome="timeout"),
    Walk("dropped-by-server", _drop("server", "input"), f"{SERVER}:{PORT}", "path.filtered", "likely", outcome="timeout"),
    Walk(
        "everything-dropped-by-server",
        _drop("server", "input", "1-65535"),
        f"{SERVER}:{PORT}",
        "path.filtered",
        "likely",
        outcome="timeout",
    ),
    Walk(
        "no-route",
        lambda lab: lab.client.ip("route", "del", "default"),
        f"{SERVER}:{PORT}",
        "path.no-route",
        "confirmed",
        outcome="blocked",
    ),
    *(
        Walk(
            f"route-{kind}",
            _route(kind),
            f"{SERVER}:{PORT}",
            "path.route-rejects",
            "confirmed",
            outcome="blocked",
            culprit={"kind": "route"},
        )
        for kind in ("unreachable", "prohibit", "blackhole")
    ),
    Walk("nobody-on-the-link", _nothing, f"{NO_NEIGHBOUR}:{PORT}", "path.host-unreachable", "confirmed", outcome="unreachable"),
    Walk(
        "nobody-behind-the-router",
        _nothing,
        f"{NO_HOST}:{PORT}",
        "path.host-unreachable",
        "confirmed",
        outcome="unreachable",
    ),
    Walk(
        "closes-early",
        lambda lab: lab.server.serve(PORT, "close"),
        f"{SERVER}:{PORT}",
        "server.closes-early",
        "confirmed",
        outcome="closed",
    ),
    Walk(
        "source-not-here",
        _nothing,
        f"{SERVER}:{PORT}",
        "client.bad-source",
        "confirmed",
        outcome="blocked",
        arguments=(*QUICK, "--source", "10.9.9.9"),
    ),
)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_a_walk_names_the_cause(lab: Lab, walk: Walk) -> None:
    """The verdict, its certainty and the culprit are those of what is broken; a user without privilege gets them."""
    walk.broken(lab)

    document = lab.check(walk.target, *walk.arguments, user=NOBODY)

    verdict = document["verdict"] or {"cause": None, "certainty": None, "culprit": {}}
    assert (verdict["cause"], verdict["certainty"]) == (walk.cause, walk.certainty), document["verdict"]
    assert (document["status"], document["outcome"]) == (walk.status, walk.outcome)
    assert walk.culprit.items() <= verdict["culprit"].items()
    assert not [one for one in document["unseen"] if "failed" in one]


def test_a_look_from_the_server_settles_it(lab: Lab) -> None:
    """With a command prefix that leads to the server, a listener on its loopback address alone is the confirmed cause."""
    lab.server.serve(PORT, address="127.0.0.1")

    document = lab.check(f"{SERVER}:{PORT}", *QUICK, "--server", f"ip netns exec {lab.server.name}")

    assert document["verdict"]["cause"] == "server.bound-elsewhere"
    assert document["verdict"]["certainty"] == "confirmed"


def test_a_look_at_the_wrong_machine_settles_nothing(lab: Lab) -> None:
    """A command prefix that leads to a machine without the target's address confirms nothing."""
    document = lab.check(f"{SERVER}:{PORT}", *QUICK, "--server", f"ip netns exec {lab.router2.name}")

    assert (document["verdict"]["cause"], document["verdict"]["certainty"]) == ("server.not-listening", "likely")


def test_two_faults_are_both_named(lab: Lab) -> None:
    """A name with a rejected address and one that nobody has gets a confirmed cause for each."""
    lab.router1.filter("forward", f"ip daddr {SERVER} tcp dport {PORT} reject")

    with lab.client.etc(hosts=f"127.0.0.1 localhost\n{SERVER} db\n{NO_HOST} db\n", **{"nsswitch.conf": "hosts: files\n"}):
        document = lab.check(f"db:{PORT}", *QUICK)

    found = [document["verdict"], *document["also"]]
    assert {one["cause"]: one["certainty"] for one in found} == {
        "path.rejected": "confirmed",
        "path.host-unreachable": "confirmed",
    }


def test_the_name_of_a_dead_nameserver(lab: Lab) -> None:
    """A nameserver that drops every question is the confirmed reason why the name gives no address."""
    lab.server.filter("input", "udp dport 53 drop", "tcp dport 53 drop")

    with lab.client.etc(
        **{"resolv.conf": f"nameserver {SERVER}\noptions timeout:1 attempts:1\n", "nsswitch.conf": "hosts: dns\n"}
    ):
        document = lab.check(f"db.example.test:{PORT}", *QUICK, user=NOBODY)

    assert (document["outcome"], document["verdict"]["cause"]) == ("name-error", "name.nameserver-down")
    assert document["verdict"]["culprit"]["address"] == SERVER


def test_the_name_of_a_nameserver_that_a_router_rejects(lab: Lab) -> None:
    """A nameserver whose port a router rejects may be well: it is not confirmed to be down."""
    lab.router1.filter("forward", "udp dport 53 reject", "tcp dport 53 reject")

    with lab.client.etc(
        **{"resolv.conf": f"nameserver {SERVER}\noptions timeout:1 attempts:1\n", "nsswitch.conf": "hosts: dns\n"}
    ):
        document = lab.check(f"db.example.test:{PORT}", *QUICK, user=NOBODY)

    assert (document["verdict"]["cause"], document["verdict"]["certainty"]) == ("name.nameserver-down", "likely")
    assert ROUTER1 in document["verdict"]["summary"]
