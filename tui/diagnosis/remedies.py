"""Remedies made to fit: what only root may do is marked where the session is not root. The same for every cause."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.diagnosis.readings import commands
from tui.model.case import Case
from tui.model.command_line import each
from tui.model.judgement import Remedy

_ROOTS = re.compile(
    r"""(?:nft|(?:ip6?|arp|eb)tables(?:-\w+)*|conntrack|tcpdump|strace|nsenter|ufw|firewall-cmd|kill|prlimit|setsebool|ausearch
    |fail2ban-client|cscli|crictl|usermod|tee|rm|mv|chmod|update-ca-certificates|\$\{EDITOR:-vi\}|sshd\ -T|sysctl\ -w
    |ip\ (?:-6\ )?(?:link\ set|route\ (?:add|del|replace)|addr\ (?:add|del)|netns\ exec)
    |systemctl\ (?:start|stop|restart|reload|edit|unmask|reset-failed|thaw|kill)
    |journalctl\ (?!--user)|ss\ -\w*p\w*
    |(?:ls|cat|readlink|grep)\ .*/proc/\d+/(?:fd|wchan|stack|environ|limits)
    )(?=\s|$|(?<=\s))""",
    re.VERBOSE,
)
"""Commands that only root may run, or that show everything to root alone."""


def fitted(case: Case, remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """The remedies, with `sudo` where a command needs root and the session is known not to be."""
    if commands.is_root(case) is not False:
        return tuple(remedies)
    return tuple(replace(remedy, command=each(remedy.command, _as_root)) for remedy in remedies)


def _as_root(command: str) -> str:
    return f"sudo {command}" if _ROOTS.match(command) else command
