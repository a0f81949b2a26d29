"""What the times of the answers tell, over a network that loses or delays packets."""

import pytest

from tests.lab.network import NOBODY, SERVER, SERVER6, Lab

PORT = 5432


@pytest.mark.parametrize("typed", [f"{SERVER}:{PORT}", f"[{SERVER6}]:{PORT}"], ids=["IPv4", "IPv6"])
def test_a_lost_syn_is_told_of(lab: Lab, typed: str) -> None:
    """An attempt that connects to its second SYN is no fault, and is named with what may be behind it."""
    lab.server.serve(PORT)
    lab.server.filter("input", f"tcp dport {PORT} tcp flags syn numgen inc mod 2 0 drop")

    document = lab.check(typed, "--attempts", "1", user=NOBODY, status=0)

    assert (document["status"], document["verdict"]) == ("reachable", None)
    (sign,) = document["signs"]
    assert "got an answer only after 1.0 s" in sign
    assert "accept queue is full" in sign


def test_an_even_path_says_nothing(lab: Lab) -> None:
    """Where every answer comes at once there is no sign."""
    lab.server.serve(PORT)

    assert lab.check(f"{SERVER}:{PORT}", "--attempts", "2", "--delay", "0.1", user=NOBODY, status=0)["signs"] == []
