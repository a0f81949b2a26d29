"""Listening sockets, socket files and the policies of a process, in words."""

from tui.model.facts import Confinement, Listeners, UnixPath
from tui.model.requests import ExamineUnixPath, ListListeners, ReadConfinement
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_listeners(request: ListListeners) -> str:
    return f"listening sockets through {request.vantage!r}" if request.vantage else "listening sockets here"


@check_sentence.register
def _of_unix_path(request: ExamineUnixPath) -> str:
    return f"the path {request.path}"


@check_sentence.register
def _of_confinement(_request: ReadConfinement) -> str:
    return "the policies that hold this process"


@fact_sentence.register
def _listeners(fact: Listeners) -> str:
    where = f"through {fact.vantage!r}" if fact.vantage else "here"
    return f"{len(fact.listeners)} listening sockets {where}"


@fact_sentence.register
def _confinement(fact: Confinement) -> str:
    profile = f", profile {fact.lsm_profile}" if fact.lsm_profile else ""
    unit = f", unit {fact.unit}" if fact.unit else ""
    deny = f", IPAddressDeny={fact.ip_address_deny}" if fact.ip_address_deny else ""
    who = f"process {fact.pid}" if fact.pid else "this process"
    return f"{who}: seccomp {fact.seccomp}{profile}{unit}{deny}"


@fact_sentence.register
def _unix(fact: UnixPath) -> str:
    if fact.type == "missing":
        near = f"; the nearest that exists is {fact.nearest_parent}" if fact.nearest_parent else ""
        return f"{fact.path} does not exist{near}"
    kind = f"a {fact.socket_kind} {fact.type}" if fact.socket_kind else f"a {fact.type}"
    kind = "something that can't be examined" if fact.type == "unknown" else kind
    queue = f" ({fact.queue} wait, with a limit of {fact.queue_limit})" if fact.queue is not None else ""
    owner = f", {fact.owner}:{fact.group} {fact.mode}" if fact.owner else ""
    listens = {True: ", and somebody listens on it", False: ", and nobody listens on it", None: ""}[fact.listening]
    blocked = f"; blocked at {fact.blocked_at}" if fact.blocked_at else ""
    return f"{fact.path} is {kind}{owner}{listens}{queue}{blocked}"
