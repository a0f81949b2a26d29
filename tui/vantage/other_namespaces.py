"""The other network namespaces and containers of the other end: one script through the command prefix, read as here.

Law: the script only reads, and asks an engine only where that changes nothing (`probes.namespaces.engine_access`). Every user
can read the tables under /proc/PID/net, and their inode differs from namespace to namespace; a named namespace without a
process is entered by `ip netns exec`, where that is permitted. The last words of containers that ended take a second script.
"""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import AnyFact, NotObserved
from tui.model.numbers import decimal_number
from tui.model.requests import ListOtherNamespaces
from tui.model.safe_text import safe_line, safe_name, safe_text
from tui.probes.kernel.system_view import SystemView
from tui.probes.namespaces.net_namespaces import MOST_NAMESPACES, FoundNamespace, Survey, tables_of
from tui.probes.namespaces.other_namespaces import MARKS, Surveyed, assembled
from tui.probes.sockets.cgroups import container_of, group_path, unit_of
from tui.probes.sockets.process import Process
from tui.vantage import remote_engines
from tui.vantage.remote_engines import ENGINES_SCRIPT
from tui.vantage.remote_shell import RemoteShellError, ask, sections

MARK = "=== refused"
DEADLINE_S = 15.0
"""Two engines that hang take six seconds each; the rest takes one."""
MOST_PROCESSES = 20_000
MOST_OWNERS = 2000
"""Processes of other namespaces whose descriptors are listed."""
MOST_LINES = 20_000
"""Of one kind of table, all namespaces together: some four hundred kilobytes."""
_MOST_PARENTS = 16
_LOOK = f"""
for folder; do
  sockets="$sockets $folder/tcp $folder/tcp6" tries="$tries $folder/fib_trie" devices="$devices $folder/if_inet6"
done
grep -sHE "^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:[0-9A-F]+ 0A " $sockets | head -n {MOST_LINES}
grep -sHE "[|]-- |/32 host LOCAL" $tries | head -n {MOST_LINES}
grep -sH "" $devices | head -n {MOST_LINES}
echo read
"""
"""Prints of each folder, a /proc/PID/net, the listening sockets and the addresses, each line after the name of its file."""
SCRIPT = f"""LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
echo '{MARK}'
cd /proc || exit
echo '=== own'
stat -L -c %i self/net/tcp 2>/dev/null
echo '=== inside'
printf 'container=%s\\n' "$container" | head -n 1
ls {" ".join(f"/{mark}" for mark, _ in MARKS)} 2>/dev/null
echo '=== group'
cat self/cgroup 2>/dev/null
keys=$(stat -L -c '%i %n' [0-9]*/net/tcp 2>/dev/null | head -n {MOST_PROCESSES})
echo '=== keys'
printf '%s\\n' "$keys"
own=$(stat -L -c %i self/net/tcp 2>/dev/null)
foreign=$(printf '%s\\n' "$keys" | grep -v "^$own " | sed -n 's,^\\([0-9]*\\) \\([0-9]*\\)/net/tcp$,\\2 \\1,p' | sort -n)
homes=$(printf '%s\\n' "$foreign" | awk '!seen[$2]++ {{ print $1 }}' | head -n {MOST_NAMESPACES})
look='{_LOOK}'
folders= comms= groups= states= spaces= descriptors=
for pid in $homes; do folders="$folders $pid/net" spaces="$spaces $pid/ns/net"; done
for pid in $(printf '%s\\n' "$foreign" | sed 's/ .*//' | head -n {MOST_OWNERS}); do
  comms="$comms $pid/comm" groups="$groups $pid/cgroup" states="$states $pid/status" descriptors="$descriptors $pid/fd"
done
if [ -n "$homes" ]; then
  echo '=== files'
  sh -c "$look" look $folders
  grep -sH '' $comms
  grep -sHE '^0::|name=systemd:' $groups
  grep -sH '^PPid:' $states
  echo '=== owners'
  ls -l $descriptors /dev/null 2>/dev/null | grep -E '^[0-9]+/fd:$|socket:\\[[0-9]+\\]$'
fi
echo '=== inodes'
stat -L -c '%i %n' self/ns/net $spaces 2>/dev/null
links=$(ip -o link show 2>/dev/null | grep -oE 'link-netns(id)? [^ ]+' | head -n {MOST_NAMESPACES})
if [ -n "$links" ]; then
  echo '=== links'
  printf '%s\\n' "$links"
  lsns -rn -t net -o NS,NETNSID 2>/dev/null | head -n {MOST_NAMESPACES}
fi
known=" $(stat -L -c %i self/ns/net $spaces 2>/dev/null | tr '\\n' ' ') "
number=0
for path in /run/netns/*; do
  inode=$(stat -L -c %i "$path" 2>/dev/null) || continue
  number=$((number + 1))
  [ $number -le {MOST_NAMESPACES} ] || break
  echo "=== named_$inode"
  printf '%s' "${{path##*/}}" | tr '\\n' '?'
  echo
  case $known in *" $inode "*) continue ;; esac
  ip netns exec "${{path##*/}}" sh -c "$look" look self/net 2>/dev/null </dev/null
done
{ENGINES_SCRIPT}
echo '=== end'
"""
"""For any POSIX shell; busybox has every program in it but ip's `netns`, lsns and the engines."""
_KEY = re.compile(r"^(\d{1,20}) (\d{1,20})/net/tcp$", re.MULTILINE)
_INODE = re.compile(r"^(\d{1,20}) (\d{1,20}|self)/ns/net$", re.MULTILINE)
_FILE_LINE = re.compile(r"(\w+)/(?:net/)?(\w+):(.*)")
_DESCRIPTORS = re.compile(r"(?P<pid>\d{1,20})/fd:|.* socket:\[(?P<inode>\d{1,20})\]")
_LINK = re.compile(r"^link-netns(id)? (\S+)$", re.MULTILINE)
_NUMBER = re.compile(r"^(\d+) (\d+)$", re.MULTILINE)
Files = Mapping[str, Mapping[str, str]]
"""Texts by the process (or `self`) and the file's name."""


class _Named(Struct, frozen=True):
    """A namespace that `ip netns` has a name for."""

    inode: int
    name: str
    files: Files
    """What was read in it; empty where it was not entered."""
    entered: bool


async def check(request: ListOtherNamespaces, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield what `request.vantage`, a command prefix, shows of its machine; or why it, or an engine there, could not be asked."""
    prefix = request.vantage or ""
    command = f"{safe_line(prefix)} sh -c 'sudo lsns -t net; docker ps -a'"
    run = partial(ask, prefix, environ=system.environ)
    try:
        parts = sections(await run(SCRIPT, mark=MARK, deadline_s=DEADLINE_S))
        surveyed = remote_survey(parts)
        answers = remote_engines.read(parts)
        answers = await remote_engines.with_last_words(answers, run, port=request.port, name=request.name)
    except RemoteShellError as error:
        yield NotObserved(request=request, reason=error.reason, remedy=error.remedy, command=command)
        return
    yield replace(assembled(surveyed, answers.containers, request.port), vantage=request.vantage, command=command)
    for reason, is_idle in answers.problems:
        remedy = "" if is_idle else "Let the prefix lead to root, or to a user who may ask that engine."
        yield NotObserved(request=request, reason=reason, remedy=remedy, absent=is_idle, command=command)


def remote_survey(parts: Mapping[str, str]) -> Surveyed:
    """The namespaces, by the sections that the script printed. Raises RemoteShellError where its processes can't be listed."""
    own = parts.get("own", "").strip()
    keys = {int(pid): key for key, pid in _KEY.findall(parts.get("keys", ""))}
    if not own or not keys:
        raise RemoteShellError("The other end's processes could not be listed.", "It takes `stat` and a /proc that shows them.")
    files = _files(parts.get("files", ""))
    inodes = {who: int(inode) for inode, who in _INODE.findall(parts.get("inodes", ""))}
    named = {one.inode: one for one in _named(parts)}
    linked = _linked(parts.get("links", ""))
    homes: dict[str, int] = {}
    for pid in sorted(keys):
        homes.setdefault(keys[pid], pid)
    foreign = [pid for key, pid in homes.items() if key != own]  # those that ended meanwhile have no files
    known = [
        _by_process(pid, files, inodes.get(str(pid)), named, linked) for pid in foreign[:MOST_NAMESPACES] if str(pid) in files
    ]
    known = [
        replace(one, born_here=_came_from(one.pid or 0, files, keys, own), initial=keys[one.pid or 0] == keys.get(1))
        for one in known
    ]
    rest = [one for one in named.values() if one.inode not in inodes.values()]
    # As here: a name that may not be entered may belong to a namespace that is known by its processes.
    hidden = max(sum(not one.entered for one in rest) - sum(one.inode is None for one in known), 0)
    is_whole = "end" in parts and 1 in keys and len(foreign) <= MOST_NAMESPACES
    return Surveyed(
        Survey(
            found=(*known, *(_by_name(one, linked) for one in rest if one.entered)),
            hidden=hidden if is_whole else max(hidden, 1),
            initial=own == keys[1] if 1 in keys else None,
        ),
        _owners(parts.get("owners", ""), files),
        {pid: name for pid in foreign if (name := _comm(files, pid))},
        {},
        _inside(parts),
    )


def _files(text: str) -> Files:
    files: dict[str, dict[str, list[str]]] = {}
    for line in text.split("\n"):
        match = _FILE_LINE.fullmatch(line)
        if match:
            files.setdefault(match[1], {}).setdefault(match[2], []).append(match[3])
    return {who: {name: "\n".join(lines) for name, lines in texts.items()} for who, texts in files.items()}


def _named(parts: Mapping[str, str]) -> Iterator[_Named]:
    for section, text in parts.items():
        inode = decimal_number(section.removeprefix("named_"))
        if inode is not None:
            name, _, rest = text.lstrip("\n").partition("\n")
            yield _Named(inode, safe_text(name), _files(rest), rest.endswith("read\n"))


def _linked(text: str) -> frozenset[str]:
    """The names, and the inodes, of the namespaces to which a virtual cable leads from there."""
    names = {name for is_number, name in _LINK.findall(text) if not is_number}
    numbers = {number for is_number, number in _LINK.findall(text) if is_number}
    return frozenset(names | {inode for inode, number in _NUMBER.findall(text) if number in numbers})


def _by_process(pid: int, files: Files, inode: int | None, named: Mapping[int, _Named], linked: frozenset[str]) -> FoundNamespace:
    texts = files.get(str(pid), {})
    own_name = named.get(inode or 0)
    name = own_name.name if own_name else None
    return FoundNamespace(
        tables=tables_of(texts),
        inode=inode,
        name=name,
        pid=pid,
        group=group_path(texts.get("cgroup", "")),
        linked=not linked.isdisjoint({name, str(inode)}),
    )


def _by_name(one: _Named, linked: frozenset[str]) -> FoundNamespace:
    is_linked = not linked.isdisjoint({one.name, str(one.inode)})
    return FoundNamespace(tables=tables_of(one.files.get("self", {})), inode=one.inode, name=one.name, linked=is_linked)


def _came_from(pid: int, files: Files, keys: Mapping[int, str], own: str) -> bool:
    """Whether a process was started from the namespace that the prefix leads to: a parent is in it."""
    for _ in range(_MOST_PARENTS):
        parent = files.get(str(pid), {}).get("status", "").removeprefix("PPid:").strip()
        pid = decimal_number(parent) or 0
        if pid <= 1:
            return False
        if keys.get(pid) == own:
            return True
    return False


def _owners(text: str, files: Files) -> dict[int, Process]:
    """Who holds each socket; of several the lowest process id, and process 1 last, as here."""
    holders: list[tuple[bool, int, int]] = []
    pid = 0
    for match in filter(None, map(_DESCRIPTORS.fullmatch, text.split("\n"))):
        if match["pid"]:
            pid = int(match["pid"])
        else:
            holders.append((pid == 1, pid, int(match["inode"])))
    owners: dict[int, Process] = {}
    for _, holder, inode in sorted(holders):
        if inode not in owners:
            group = group_path(files.get(str(holder), {}).get("cgroup", ""))
            owners[inode] = Process(
                pid=holder,
                name=_comm(files, holder),
                command=None,
                unit=unit_of(group),
                container=container_of(group),
                started=None,
            )
    return owners


def _comm(files: Files, pid: int) -> str:
    return safe_name(files.get(str(pid), {}).get("comm", "").partition("\n")[0])


def _inside(parts: Mapping[str, str]) -> str | None:
    """The container that the prefix leads into."""
    variable, _, marks = parts.get("inside", "").lstrip("\n").partition("\n")
    engine = next((engine for mark, engine in MARKS if f"/{mark}" in marks.split()), None)
    named = safe_name(variable.removeprefix("container="))
    return container_of(group_path(parts.get("group", ""))) or engine or named or None
