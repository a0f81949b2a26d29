"""The law of remedies: a command only looks or only changes, its remedy says which, and no word in it has yet to be filled in.

Written apart from the program: which commands only read is known here from their manual pages.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LOOKS = re.compile(
    r"""(?:sudo\ )?(?:
    (?:ss|dig|delv|getent|cat|ls|ps|stat|namei|id|env|grep|head|tail|sort|uniq|wc|awk|ping|tracepath|openssl|timedatectl\ status
      |timedatectl|ausearch|getsebool|tcpdump|strace|dmesg|nstat|curl|journalctl|iptables-save|ip6tables-save|df|bpftool)(?:\s|$)
    |date\ --utc|refused\ check\ |resolvectl\ dns(?:$)|sed\ -n\ |sshd\ -T(?:$)
    |systemctl\ (?:--user\ )?(?:status|show|cat|is-active|list-units|list-unit-files)\b
    |ip\ (?:-6\ |-br(?:ief)?\ )?(?:address|addr|route\ (?:show|get)|rule\ show|neigh(?:bour)?\ show|link\ show)\b
    |ip\ neigh$
    |nft\ (?:-a\ )?list\ |ip6?tables(?:-legacy|-nft)?\ -t\ \S+\ -vnL\ |sysctl\ (?!-w)|conntrack\ -L
    |firewall-cmd\ --(?:list-all|get-active-policies|direct\ --get-all-rules)|ufw\ status
    |aws\ ec2\ describe-|gcloud\ compute\ firewall-rules\ list\ |az\ network\ nsg\ list\ |openstack\ security\ group\ rule\ list
    |(?:doctl\ compute|hcloud)\ firewall\ list
    |virsh\ net-dhcp-leases\ |fail2ban-client\ (?:status|banned)\ |cscli\ decisions\ list
    |kubectl\ (?:-n\ \S+\ )?(?:get|describe)\ |crictl\ ps
    |(?:docker|podman|crictl|lxc|nspawn|unknown)\ (?:ps|logs|inspect|port|network\ (?:ls|inspect))\b
    |redis-cli\ CONFIG\ GET\ |mysql\ -e\ 'SELECT\ |psql\ -c\ 'SHOW\ |for\ p\ in\ /proc|do\ echo\ |done$
    )""",
    re.VERBOSE,
)
"""The beginnings of commands that only read."""
INSIDE = re.compile(
    r"(?:sudo )?(?:(?:docker|podman) exec (?:'[^']*'|\S+)|nsenter -t \d+ -n"
    r"|ip netns exec (?:'[^']*'|\S+)|ssh (?:-\w+ )*\S+) (?!-)"
)
"""What runs a command elsewhere; what it runs decides."""
WORDS = frozenset(
    [
        "A",
        "AAAA",
        "ACCEPT",
        "CONFIG",
        "CONT",
        "DNSSEC",
        "DOCKER",
        "DROP",
        "EDITOR",
        "ESTABLISHED",
        "FORWARD",
        "FROM",
        "GET",
        "INPUT",
        "LISTEN",
        "MX",
        "NO_PROXY",
        "OUTPUT",
        "POSTROUTING",
        "PREROUTING",
        "REJECT",
        "RELATED",
        "RST",
        "SELECT",
        "SHOW",
        "SRV",
        "SYN",
        "TCPMSS",
    ]
)
"""Words in capitals that commands have of their own."""
PLACEHOLDER = re.compile(r"…|<[a-z][^>]*>|(?<![\w./$:{-])(?:[A-Z][A-Z-]{2,}|ID)(?![\w.])")


_COMMAND = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\;&|])+""")
"""Up to a `;`, `&` or `|` that is not quoted."""


def broken(remedies: Iterable[Mapping[str, Any]], known: str = "", prefixes: Iterable[str] = ()) -> Iterator[str]:
    """Every way in which remedies, as in a document, break the law.

    `known` is the text of what came from outside; `prefixes` are the commands that lead to other machines.
    """
    ways = tuple(prefixes)
    for remedy in remedies:
        line, changes = remedy["command"], remedy["changes"]
        if not line:
            if changes:
                yield f"says that it changes something and has no command: {remedy['do']}"
            continue
        if not _is_whole(line):
            yield f"is no whole command line: {line}"
            continue
        kinds = {is_look(command, ways) for command in commands(line)}
        if kinds == {True, False}:
            yield f"looks and changes in one command: {line}"
        elif kinds == {changes}:
            yield f"says that it {'changes' if changes else 'looks'}: {line}"
        words = [word for word in PLACEHOLDER.findall(line) if word not in WORDS and word not in known]
        if words:
            yield f"leaves {', '.join(words)} to be filled in: {line}"


def misplaced(line: str, *, root: bool, systemd: bool) -> Iterator[str]:
    """Every command of a line that does not fit a session that is root or not, on a machine with systemd or without.

    What goes through `ssh` is for another machine, of which neither is known.
    """
    for command in commands(line):
        if command.removeprefix("sudo ").startswith("ssh "):
            continue
        if root and command.startswith("sudo "):
            yield f"has sudo for root: {line}"
        if not root and _FOR_ROOT.match(command):
            yield f"needs root and does not say so: {line}"
        if not systemd and _OF_SYSTEMD.match(command):
            yield f"needs systemd, which is not there: {line}"


_FOR_ROOT = re.compile(
    r"(?:nft|ip6?tables|conntrack|tcpdump|dmesg|nsenter|ufw|firewall-cmd|prlimit|kill|sysctl -w"
    r"|ip (?:route (?:add|del)|link set|netns exec)"
    r"|systemctl (?:start|restart|reload|edit|unmask|reset-failed|thaw)|ss -\S*p\S* )"
)
_OF_SYSTEMD = re.compile(r"(?:sudo )?(?:systemctl|journalctl|resolvectl|timedatectl)\b")


def is_look(command: str, prefixes: tuple[str, ...] = ()) -> bool:
    """Whether one command, without `;` and pipes, only reads; what runs another one elsewhere is as that one is."""
    inner = INSIDE.match(command)
    way = next((prefix for prefix in prefixes if command.startswith(f"{prefix} ")), None)
    if inner or way:
        rest = command[len(way) + 1 if way else inner.end() if inner else 0 :]
        rest = rest.removeprefix("sh -c ")
        words = shlex.split(rest)
        quoted = len(words) == 1 and " " in words[0]
        return all(is_look(part) for part in commands(words[0] if quoted else rest))
    return LOOKS.match(command) is not None


def commands(line: str) -> list[str]:
    """The commands of a line: between `;`, `&&`, `||` and `|`, outside of quotes."""
    return [part.strip() for part in _COMMAND.findall(line) if part.strip()]


def _is_whole(line: str) -> bool:
    try:
        shlex.split(line)
    except ValueError:
        return False
    return True
