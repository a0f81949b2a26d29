"""The client's connection goes to a proxy, and it is the proxy that fails.

The attempts on the target are direct; programs that obey the variable never make them.
"""

from collections.abc import Iterator

from msgspec import UNSET

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out, still_open
from tui.diagnosis.readings import checks, outcomes, proxies, resolution
from tui.diagnosis.readings.proxies import ProxyRefusal
from tui.model.address import literal_address
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Outcome, Proxy, SystemAnswer, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, Connect, ReadProxies, ResolveSystem

MOST_ADDRESSES = 4
"""No more addresses of the proxy's name are tried: one that connects is enough."""
_FORBIDDEN = frozenset({Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.REJECTED, Outcome.BLOCKED})
"""How a direct attempt ends in a network that lets only its proxy out."""
_SPOKE = frozenset({Outcome.RESET, Outcome.CLOSED, Outcome.SILENT})
"""The proxy took the connection; nothing was asked of it, so that it is silent or closes proves little."""

_PASSED_ON = frozenset({502, 503, 504})
"""What a proxy answers where what it was asked for fails (RFC 9110, 15.6.3 to 15.6.5)."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """The direct attempts, the proxy variables, and one attempt on the proxy that applies."""
    yield from checks.basics(case)
    yield ReadProxies(host=case.tcp.host, port=case.tcp.port, scheme=case.tcp.scheme)
    proxy = _proxy(case)
    if proxy and proxy.host and proxy.port:
        if not literal_address(proxy.host):
            yield ResolveSystem(name=proxy.host)
        for address in _addresses(case, proxy)[:MOST_ADDRESSES]:
            yield Connect(address=address, port=proxy.port, purpose="proxy", timeout_s=case.options.timeout_s)
        yield from proxies.request(case, proxy, _tried(case, proxy))


def judge(case: Case) -> Finding:
    """A proxy variable applies, the attempt on the proxy fails, and a direct one connects."""
    settings = case.last(Proxy)
    if settings is None:
        return not_looked_at("The proxy variables have not been read yet.")
    proxy = _proxy(case)
    if proxy is None:
        exempt = f" {settings.exempted_by} in NO_PROXY exempts the target." if settings.exempted_by else ""
        return ruled_out(f"No proxy applies to this target.{exempt}", *outcomes.ids(settings))
    if not proxy.host or not proxy.port:
        return still_open(f"{proxy.variable} is set to {proxy.value}, which names no host and port.", *outcomes.ids(proxy))
    answer = _resolution(case, proxy)
    if answer and not answer.addresses:
        return _fails(case, proxy, (), f"its name is not resolved ({answer.error})", outcomes.ids(answer))
    tried = _tried(case, proxy)
    if not tried:
        return still_open(f"{proxy.label} has not been tried yet.", *outcomes.ids(proxy))
    working = [attempt for attempt in tried if attempt.outcome is Outcome.CONNECTED]
    if working:
        return _answers(case, proxy, working)
    return _fails(case, proxy, tuple(tried), f"the attempt on it ends in `{tried[0].outcome}`", outcomes.ids(*tried))


def _answers(case: Case, proxy: Proxy, working: list[TcpAttempt]) -> Finding:
    """It takes connections: what it says when it is asked for the target decides."""
    refusal = proxies.refusal(case, proxy)
    if refusal is None:
        asked = proxies.answer(case, proxy)
        leads = "and leads to the target" if asked and asked.http else "and was not asked for the target"
        return ruled_out(
            f"The proxy, {proxy.label}, connects, {leads}; programs that read {proxy.variable} go through it and not directly.",
            *outcomes.ids(proxy, *working, asked),
        )
    http = refusal.answer.http
    if proxies.wants_credentials(http) and proxy.has_credentials:
        words = f"The proxy, {proxy.label}, wants credentials; {proxy.variable} has some, which were not sent."
        return still_open(words, *outcomes.ids(proxy, refusal.answer))
    if _says_what_is_so(case, refusal):
        return still_open(
            f"The proxy is {proxy.label}, and {refusal.words}, as where the target refuses it; directly it refuses too.",
            *outcomes.ids(proxy, refusal.answer, *outcomes.failing(case).values()),
        )
    return _refuses(case, proxy, refusal)


def _says_what_is_so(case: Case, refusal: ProxyRefusal) -> bool:
    """Whether another machine, the target, refuses us by a reset as well: then the proxy says no more than that."""
    http, failing = refusal.answer.http, outcomes.failing(case)
    if http is None or http.status not in _PASSED_ON or not failing or outcomes.connecting(case):
        return False
    refused = outcomes.refused_by_reset(case)
    return all(address in refused and not outcomes.is_local(case, address) for address in failing)


def _refuses(case: Case, proxy: Proxy, refusal: ProxyRefusal) -> Finding:
    """The proxy's own words say no to the target."""
    direct, failing = outcomes.connecting(case), outcomes.failing(case)
    asked = refusal.answer.http.asked if refusal.answer.http else "the target"
    who = (
        f"{outcomes.joined(proxy.honoured_by)}, by {proxy.variable},"
        if proxy.honoured_by
        else f"programs that read {proxy.variable}"
    )
    unfit = proxies.not_for_a_proxy(case)
    why = f" {case.tcp.host} {unfit}." if unfit else ""
    beside = f" Directly, {case.target.label} connects." if direct else ""
    intended = frozenset(address for address, attempt in failing.items() if attempt.outcome in _FORBIDDEN)
    if not refusal.is_its_own or proxy.exempted_by:
        again = f"`{refusal.answer.command}`: the same" if refusal.answer.command else "The same request"
        missing = f"{again} once more, beside a direct answer."
    else:
        missing = "" if direct or intended else f"Whether {case.target.label} works directly, from where that is allowed."
    return claim(
        f"The proxy {proxy.label}, through which {who} go, does not lead to {case.target.label}: to {asked} "
        f"{refusal.words}.{why}{beside}",
        *outcomes.ids(proxy, refusal.answer, *direct.values(), *failing.values()),
        reason=f"{proxy.variable} applies to this target, and the proxy "
        f"{'says no in its own words' if refusal.answer.http else 'gives no answer of HTTP'}.",
        missing=missing,
        explains=intended,
        culprit=Culprit(kind="proxy", address=refusal.answer.address, port=proxy.port or UNSET, variable=proxy.variable or UNSET),
        refuted_by=f"The program does not read {proxy.variable}, or the proxy leads to {case.target.label} for it.",
        remedies=tuple(reversed(tuple(_remedies(case, proxy))) if direct or unfit else _remedies(case, proxy)),
    )


def _proxy(case: Case) -> Proxy | None:
    """The newest reading of the settings, if a proxy applies."""
    settings = case.last(Proxy)
    return settings if settings and settings.applies else None


def _resolution(case: Case, proxy: Proxy) -> SystemAnswer | None:
    """The lookup of the proxy's name, newest; None for an address."""
    if literal_address(proxy.host or ""):
        return None
    wanted = outcomes.plain_name(proxy.host or "")
    return next((answer for answer in reversed(case.all(SystemAnswer)) if outcomes.plain_name(answer.name) == wanted), None)


def _addresses(case: Case, proxy: Proxy) -> tuple[str, ...]:
    literal = literal_address(proxy.host or "")
    if literal:
        return (literal,)
    answer = _resolution(case, proxy)
    return answer.addresses if answer else ()


def _tried(case: Case, proxy: Proxy) -> list[TcpAttempt]:
    """The newest attempt on each address of the proxy."""
    addresses = _addresses(case, proxy)
    newest = {
        attempt.address: attempt
        for attempt in case.all(TcpAttempt)
        if attempt.purpose == "proxy" and attempt.port == proxy.port and attempt.address in addresses
    }
    return list(newest.values())


def _fails(case: Case, proxy: Proxy, tried: tuple[TcpAttempt, ...], how: str, facts: tuple[str, ...]) -> Finding:
    direct, failing = outcomes.connecting(case), outcomes.failing(case)
    label = proxy.label
    who = (
        f"{outcomes.joined(proxy.honoured_by)}, by {proxy.variable},"
        if proxy.honoured_by
        else f"Programs that read {proxy.variable}"
    )
    summary = f"{who} connect{'s' if len(proxy.honoured_by) == 1 else ''} to the proxy {label}, and {how}"
    if proxy.honoured_by and proxy.direct:
        summary += f" ({outcomes.joined(proxy.direct)} {'goes' if len(proxy.direct) == 1 else 'go'} directly)"
    evidence = (*outcomes.ids(proxy), *facts, *outcomes.ids(*direct.values(), *failing.values()))
    symptoms = frozenset(attempt.label for attempt in tried)
    culprit = Culprit(
        kind="proxy",
        address=tried[0].address if tried else proxy.host or UNSET,
        port=proxy.port or UNSET,
        variable=proxy.variable or UNSET,
    )
    refuted_by = f"The program does not read {proxy.variable}, or {label} connects."
    remedies = tuple(_remedies(case, proxy))
    answer = _resolution(case, proxy)
    passing = answer is not None and answer.error not in resolution.HARD_ERRORS and not answer.addresses
    if direct and not passing and not proxy.exempted_by and not any(attempt.outcome in _SPOKE for attempt in tried):
        return claim(
            f"{summary}. Directly, {case.target.label} connects.",
            *evidence,
            reason=f"{proxy.variable} applies to this target; the proxy fails, and the direct attempt connects.",
            explains=symptoms,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    intended = frozenset(address for address, attempt in failing.items() if attempt.outcome in _FORBIDDEN)
    if direct:
        tail = f"Directly, {case.target.label} connects."
        tail += f" Some programs obey {proxy.exempted_by} in NO_PROXY and go there directly." if proxy.exempted_by else ""
    elif intended or outcomes.name_fails(case):
        tail = "Directly it fails as well, which a network with a proxy may intend."
    else:
        tail = "Directly it fails as well." if failing else "No direct attempt was made."
    missing = f"`curl -v -x {quoted(label)} http://{case.target.label}/`: how the proxy answers a request."
    return claim(
        f"{summary}. {tail}",
        *evidence,
        reason=f"{proxy.variable} applies to this target, and {how}.",
        missing=missing if direct else f"An attempt through {label} once it is up, or a direct one from where that is allowed.",
        explains=symptoms | intended,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(case: Case, proxy: Proxy) -> Iterator[Remedy]:
    host, variable, label = case.tcp.host, proxy.variable or "the proxy setting", proxy.label
    readers = f" ({outcomes.joined(proxy.honoured_by)} read it)" if proxy.honoured_by else ""
    yield Remedy(
        do=f"See to the proxy, or correct {variable}{readers}, which reads {proxy.value or label}.",
        command="env | grep -i _proxy",
        verify=f"`refused check {quoted(label)}` connects.",
    )
    yield Remedy(
        do=f"If {host} should be reached directly, exempt it.",
        command=f"export {' '.join(_added(name, host) for name in ('NO_PROXY', 'no_proxy'))}",
        changes=True,
        verify="The program connects from that shell; put the line where the variable is set to keep it.",
    )


def _added(variable: str, host: str) -> str:
    """The assignment that adds a host to a list of the environment."""
    before = f"${{{variable}:+${variable},}}"
    return f'{variable}="{before}{host}"' if quoted(host) == host else f'{variable}="{before}"{quoted(host)}'


HYPOTHESIS = Hypothesis(
    place=10,
    before_attempts=True,
    onset="setting",
    title="proxy answers",
    question="Does a proxy stand between the program and the target?",
    why="Where a proxy variable applies, programs connect to the proxy instead. Their error then names the wrong host.",
    meaning="The client's connection goes to a proxy, and it is the proxy that fails or says no.",
    proof="A proxy variable applies to the target (NO_PROXY considered); the proxy fails or says no, a direct attempt connects.",
    mistaken_for=("server.not-listening", "path.filtered"),
    supersedes=frozenset({"path.filtered", "path.host-unreachable", "path.no-route", "path.rejected", "server.down"}),
    shown_by=(Proxy,),
    looks=(),
    needs=needs,
    judge=judge,
)
