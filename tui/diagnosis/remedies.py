"""Remedies made to fit: root's commands are marked for who is not root, and a systemd that is not there is not asked."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.diagnosis import managers
from tui.diagnosis.readings import commands
from tui.model.case import Case
from tui.model.command_line import each
from tui.model.judgement import Remedy

_ROOTS = re.compile(
    r"""(?:nft|(?:ip6?|arp|eb)tables(?:-\w+)*|conntrack|tcpdump|strace|nsenter|ufw|firewall-cmd|kill|prlimit|setsebool|ausearch
    |fail2ban-client|cscli|dmesg|crictl|usermod|tee|rm|mv|chmod|update-ca-certificates|\$\{EDITOR:-vi\}|sshd\ -T|sysctl\ -w
    |ip\ (?:-6\ )?(?:link\ set|route\ (?:add|del|replace)|addr\ (?:add|del)|netns\ exec)
    |systemctl\ (?:start|stop|restart|reload|edit|unmask|reset-failed|thaw|kill)
    |journalctl\ (?!--user)|ss\ -\w*p\w*
    |(?:ls|cat|readlink|grep)\ .*/proc/\d+/(?:fd|wchan|stack|environ|limits)
    )(?=\s|$|(?<=\s))""",
    re.VERBOSE,
)
"""Commands that only root may run, or that show everything to root alone."""


def fitted(case: Case, remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """The remedies as this machine can carry them out.

    Without systemd, what asks it is replaced. Where the session is known not to be root, commands that need root have `sudo`.
    """
    fitting = tuple(remedies) if commands.has_systemd(case) else tuple(map(_without_systemd, remedies))
    if commands.is_root(case) is not False:
        return fitting
    return tuple(replace(remedy, command=each(remedy.command, _as_root)) for remedy in fitting)


def fitting_words(case: Case, sentence: str) -> str:
    """A sentence whose commands, in backticks, are such as this machine has."""
    return sentence if commands.has_systemd(case) else managers.in_words(sentence)


def _without_systemd(remedy: Remedy) -> Remedy:
    command = managers.without_systemd(remedy.command)
    verify, do = managers.in_words(remedy.verify), managers.in_words(remedy.do)
    return replace(remedy, do=do, command=command, changes=remedy.changes and bool(command), verify=verify)


def _as_root(command: str) -> str:
    return f"sudo {command}" if _ROOTS.match(command) else command
