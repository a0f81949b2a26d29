"""The packet filter of the other end: one script through the command prefix, its output matched against the connection.

Law: the script only reads, and runs a tool only where its tables are in the kernel already.
"""

from collections.abc import AsyncGenerator

from tui.model.address import parse_address, plain_address
from tui.model.facts import AnyFact, NotObserved
from tui.model.requests import ReadFirewall
from tui.model.safe_text import safe_line, safe_name
from tui.probes.firewall.devices import devices_in
from tui.probes.firewall.dormant import dormant_in
from tui.probes.firewall.evaluate import Flow, incoming
from tui.probes.firewall.firewall import ephemeral_ports, fact_of, keys_of
from tui.probes.firewall.hidden import hidden_families, settled
from tui.probes.firewall.iptables_text import is_of_nft
from tui.probes.firewall.packet import ANY_PORT
from tui.probes.firewall.quoting import nft_lines
from tui.probes.firewall.tables import NFT, filter_of
from tui.probes.firewall.tristate import Span
from tui.probes.firewall.walk import TooManyRulesError
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.vantage.remote_shell import RemoteShellError, ask, sections

MARK = "=== refused"
SCRIPT = """LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
echo '=== refused'
if [ ! -r /proc/modules ] || grep -q '^nf_tables ' /proc/modules ||
  ! [ -r "/lib/modules/$(uname -r)/modules.builtin" ] || grep -q nf_tables "/lib/modules/$(uname -r)/modules.builtin"; then
  if text=$(nft -j list ruleset 2>/dev/null); then
    echo '=== nft'
    printf '%s\\n' "$text"
    echo '=== text'
    nft -a list ruleset 2>/dev/null
    case $text in
      *'tcp reset'*)
        echo '=== code'
        nft --debug=netlink list ruleset 2>/dev/null | sed -n '/^[a-z]/p; /load nfproto/{p;n;p;}' ;;
    esac
  else
    echo '=== failed'
    nft list tables 2>&1
  fi
  for tool in iptables ip6tables; do
    for program in $tool-nft-save $tool-save; do
      if text=$($program -c 2>/dev/null); then
        echo "=== ${tool}_nft"
        printf '%s\\n' "$text"
        break
      fi
    done
  done
fi
for tool in iptables ip6tables; do
  names=/proc/net/ip_tables_names
  [ $tool = ip6tables ] && names=/proc/net/ip6_tables_names
  if [ -n "$(cat $names 2>/dev/null)" ]; then
    echo "=== ${tool}_tables"
    for program in $tool-legacy-save $tool-save; do
      if text=$($program -c 2>/dev/null); then
        echo "=== ${tool}_legacy"
        printf '%s\\n' "$text"
        break
      fi
    done
  fi
done
echo '=== route'
ip -o route get SOURCE 2>/dev/null
echo '=== end'
"""
"""For any POSIX shell; its output is in sections, each under a line `=== NAME`. SOURCE is the client's address."""
_KINDS = {"iptables_nft": "iptables-nft", "ip6tables_nft": "ip6tables-nft"}
_OLD_KINDS = {"iptables_legacy": "iptables-legacy", "ip6tables_legacy": "ip6tables-legacy"}


async def check(request: ReadFirewall, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the other end's Firewall as it treats the connection, or why that is not known."""
    prefix = request.vantage or ""
    command = f"{safe_line(prefix)} nft -a list ruleset"
    try:
        script = SCRIPT.replace("SOURCE", _source(request) or "0.0.0.0")  # noqa: S104 -- asked for, not bound
        text = await ask(prefix, script, mark=MARK, environ=system.environ)
        ports = await in_thread(ephemeral_ports, system.proc)
        yield await in_thread(remote_firewall, request, text, ports)
    except RemoteShellError as error:
        yield NotObserved(request=request, reason=error.reason, remedy=error.remedy, command=command)
    except (ValueError, TooManyRulesError) as error:
        reason = f"The other end's rules could not be followed ({safe_name(str(error)) or 'too many'})."
        yield NotObserved(request=request, reason=reason, command=command)


def remote_firewall(request: ReadFirewall, text: str, ports: Span = ANY_PORT) -> AnyFact:
    """The fact in what the script printed; `ports` are those that the client connects from.

    Raises RemoteShellError, ValueError, TooManyRulesError.
    """
    parts = sections(text)
    texts = {NFT: parts["nft"].encode("utf-8", "surrogateescape")} if "nft" in parts else {}
    unread: list[str] = []
    for name, kind in (_KINDS | _OLD_KINDS).items():
        shown = parts.get(name, "").lstrip()
        if shown and is_of_nft(shown) == (name in _KINDS):
            texts[kind] = shown.encode("utf-8", "surrogateescape")
    unread += [
        f"The other end's kernel has the older tables of {tool}, and no program there shows them."
        for tool in ("iptables", "ip6tables")
        if f"{tool}_tables" in parts and f"{tool}-legacy" not in texts
    ]
    if "nft" not in parts:
        message = safe_line(parts.get("failed", "").strip().partition("\n")[0])
        if not texts:
            raise RemoteShellError(
                f"The other end's rules can't be listed: {message or 'it has no nft and no iptables'}.",
                "Run it as root there, such as: --server 'ssh db1 sudo'",
            )
        unread.append(f"nft can't be used there, so rules that iptables does not show were not read ({message or 'no message'}).")
    filter_ = filter_of(texts, unread, dormant_in(parts.get("text", "")), devices_in(parts.get("text", "")))
    connection = _connection(request, parts.get("route", ""), ports)
    outcome = settled(incoming, connection, filter_.rulesets, hidden_families(parts.get("code", "")))
    return fact_of(request, outcome, filter_, nft_lines(parts.get("text", ""), keys_of(outcome)))


def _connection(request: ReadFirewall, route: str, ports: Span) -> Flow:
    words = route.strip().partition("\n")[0].split()
    device = words[words.index("dev") + 1] if "dev" in words[:-1] else None
    return Flow(
        address=plain_address(request.address), port=request.port, source=_source(request), device=device, ephemeral=ports
    )


def _source(request: ReadFirewall) -> str | None:
    """The client's address as the other end sees it; None where it is surely translated on the way, or not known."""
    try:
        source = parse_address(plain_address(request.source or ""))
        target = parse_address(plain_address(request.address))
    except ValueError:
        return None
    return None if source.is_private and target.is_global else str(source)
