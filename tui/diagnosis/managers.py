"""Commands that ask systemd, in the words of a machine that has none. The same for every cause.

Law: nothing that systemd alone can do is offered where it is not; what shows the same without it takes its place.
"""

import re

_OF_SYSTEMD = re.compile(r"(?:systemctl|journalctl|resolvectl|timedatectl)\b")
_INSTEAD = (
    (re.compile(r"journalctl\s.*(?:-g|--grep)[ =](?P<rest>'[^']*'|\S+)"), "dmesg | grep -E {rest}"),
    (re.compile(r"journalctl\b"), "ls -lt /var/log"),
    (re.compile(r"timedatectl\b"), "date --utc"),
    (re.compile(r"resolvectl\s+(?:dns|status|query)\b"), "cat /etc/resolv.conf"),
    (re.compile(r"resolvectl\s+flush-caches\b"), "nscd -i hosts"),
    (re.compile(r"systemctl\s+(?:--user\s+)?(?:status|show|cat|is-\w+|list-\S+)\b"), "ps -eo pid,user,lstart,args"),
)
"""What shows, or does, the same on any Linux: dmesg(1) has the kernel's own messages, /var/log what syslog writes."""
_PARTS = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\;])+""")
"""Up to a `;` that is not quoted."""
_QUOTED = re.compile(r"`([^`]*)`")


def without_systemd(line: str) -> str:
    """A command line with what asks systemd replaced, each command once; a change that only systemd makes leaves nothing."""
    commands = [command.strip() for command in _PARTS.findall(line)]
    if not any(map(_OF_SYSTEMD.match, commands)):
        return line
    return "; ".join(dict.fromkeys(filter(None, map(_instead, commands))))


def in_words(sentence: str) -> str:
    """A sentence whose commands, in backticks, are replaced likewise; one that nothing replaces is left as it is."""
    return _QUOTED.sub(lambda match: f"`{without_systemd(match[1]) or match[1]}`", sentence)


def _instead(command: str) -> str:
    if not _OF_SYSTEMD.match(command):
        return command
    for pattern, other in _INSTEAD:
        match = pattern.match(command)
        if match:
            return other.format(**match.groupdict())
    return ""
