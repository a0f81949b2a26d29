"""The one door for secrets: texts, command lines, URLs and records, without what looks like a password or a token.

Law: rather too much is hidden than too little. A secret is known by how it is written: by the name before it, by the option of
a program, by its place in a URL, or by its own shape. One without any of these is not recognized. Masking twice changes nothing.
"""

import re
from collections.abc import Iterable
from enum import Enum
from functools import cache, lru_cache, partial
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

HIDDEN = "…"
T = TypeVar("T")

_NAMED = (
    r"passw(?:or)?ds?|passphrase|passcode|pwd|secret(?:[-_]?key(?:[-_]?base)?)?|token|credentials?|requirepass|masterauth|jwt|otp"
    r"|cookie|bearer|(?:api|access|private|client|account|shared|session|encryption|signing)[-_]?key|signature|authorization"
)
"""Names of secrets that may stand anywhere in a longer name."""
_PASSES = r"(?<!com)(?<!by)(?<!sur)(?<!tres)pass"
_BARE = rf"{_PASSES}|(?<![a-z])pw|(?<!x)auth(?!or|entic)|(?<![a-z])sig"
"""Names that say it only at the end of a longer one."""
_QUOTED = r""""(?:\\.|[^"\\]){1,2000}"?|'(?:\\.|[^'\\]){1,2000}'?"""
_PLAIN = r"""[^\s"']+(?:["'](?=[^\s,;:)\]}"'])[^\s"']*)*"""
_VALUE = rf"(?P<value>{_QUOTED}|(?:Bearer|Basic|Digest|Negotiate|Token|NTLM)\s+{_PLAIN}|{_PLAIN})"
_KEY = rf"(?:(?:{_NAMED})[\w.-]{{0,30}}|(?:{_BARE}))"
_WORDS = ("pass", "pw", "secret", "token", "credential", "key", "auth", "jwt", "otp", "cookie", "bearer", "sig")
_ANY_CASE = (
    (_WORDS, rf"(?P<before>{_KEY}[\"']?\]?\s{{0,4}}(?:=>|:=|=)\s{{0,4}}){_VALUE}"),
    (_WORDS, rf"(?P<before>{_KEY}[\"']\]?\s{{0,4}}:\s{{0,4}}){_VALUE}"),
    # A colon after a word may belong to a host and its port, and a space after it to a sentence.
    (_WORDS, rf"(?P<before>{_KEY}:)(?!\d{{1,5}}(?!\w)|[\s/]){_VALUE}"),
    (_WORDS, rf"(?P<before>(?:{_NAMED}|{_PASSES}):\s{{1,4}}){_VALUE}"),
    (_WORDS, rf"(?P<before>(?<![\w-])--?(?-i:(?![A-Z]+\s))[\w.-]{{0,40}}?{_KEY}[=\s]\s{{0,4}})(?!-){_VALUE}"),
    (("cookie",), r"(?P<before>\b(?:set-)?cookie[\"']?\s{0,4}[:=]\s{0,4})(?P<value>[^\"'\n]+)"),
    (("identified",), rf"(?P<before>\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)\s+){_VALUE}"),
    (("password",), rf"(?P<before>\bPASSWORD\s+)(?P<value>{_QUOTED})"),
    (("pass", "masterauth"), rf"(?P<before>\b(?:requirepass|masterauth|insecure-password)\s+){_VALUE}"),
    (("login",), rf"(?P<before>\blogin\s+\S+\s+password\s+){_VALUE}"),
    (("stats auth",), rf"(?P<before>\bstats auth\s+[^\s:]{{1,64}}:)(?P<value>{_PLAIN})"),
    # A proxy's directive parts a header's name and value by a space; HAProxy escapes those within the value.
    (
        ("header",),
        rf"(?P<before>(?<![a-z])(?:set|add)[-_]header\s+[\"']?[\w-]{{0,40}}?{_KEY}[\"']?\s+)(?P<value>{_QUOTED}|(?:\\.|[^\s\\;])+)",
    ),
    (("jdbc:oracle",), r"(?P<before>\bjdbc:oracle:\w{1,10}:[\w$#]{1,64}/)(?P<value>[^\s@/]+)(?=@)"),
    # An authorization's code (RFC 6749, 4.1.2), in a query alone and no number: many a text has a code of an error.
    (("code=",), r"(?P<before>[?&]code=)(?P<value>(?!\d+(?!\w))[^\s&\"'#]{6,})"),
)
_SHAPES = r"\b(?:gh[opusr]_|github_pat_|glpat-|xox[abeoprs]-|sk-|sk_live_|rk_live_|npm_|hvs\.|AIza|dop_v1_)[\w.-]{12,}"
_AS_WRITTEN = (
    (
        ("-u", "--user", "--proxy-user"),
        rf"(?P<before>(?<![\w-])(?:-[uU]\s?|--(?:proxy-)?user(?:name)?[=\s])[\"']?[^\s:%\"',]+[:%])(?!\d+(?!\S)){_VALUE}",
    ),
    (
        ("pass", "auth"),
        rf"(?P<before>(?<![\w-])(?:PASS|AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER))\s+)(?P<value>{_PLAIN})",
    ),
    (("bearer", "basic"), r"(?P<before>\b(?:Bearer|Basic)\s+)(?P<value>(?=\S{8})[\w.~+/=-]+)"),
    (("private key",), r"(?P<before>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)(?P<value>[\s\S]*)"),
    (
        ("@",),
        r"(?P<before>(?<![\w@.:-])(?!mailto:|sips?:|xmpp:|acct:)[\w.+-]{1,64}:)(?P<value>(?!//)[^\s/@\"']{1,200})(?=@(?!sha256:)[\w\[])",
    ),
    (
        ("akia", "asia", "eyj", "gh", "glpat", "xox", "sk", "rk_", "npm_", "hvs.", "aiza", "dop_"),
        rf"(?P<before>)(?P<value>\b(?:AKIA|ASIA)[0-9A-Z]{{16}}\b|(?:(?<![\w-])eyJ[\w-]{{6,}}|\beyJ[\w-]{{6,512}})\.[\w-]{{4,}}(?:\.[\w-]*)?|{_SHAPES})",
    ),
)
_PATTERNS = (
    *((hints, pattern, re.IGNORECASE) for hints, pattern in _ANY_CASE),
    *((hints, pattern, re.NOFLAG) for hints, pattern in _AS_WRITTEN),
)
"""What is hidden is the `value`, which comes after `before`; without one of the hints, in lower case, a pattern can't match."""
_OF_PROGRAMS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("mysql", "mariadb"), r"(?:mysql|mariadb)[\w-]*", r"\s-p(?=\S)"),
    (("sshpass",), r"sshpass", r"\s-p\s?"),
    (("redis-", "valkey", "keydb"), r"(?:redis|valkey|keydb)-cli", r"\s(?:-a|AUTH|auth)\s+"),
    (("ldap",), r"ldap[a-z]+", r"\s-w\s?"),
    (("mongo", "cqlsh", "rdesktop"), r"mongo(?:sh|dump|restore|export|import|stat|top)?|cqlsh|rdesktop", r"\s-p\s+"),
    ((" login",), r"(?:docker|podman|helm|oras|skopeo|buildah)\s[^|;&]{0,80}?\blogin", r"\s-p\s+"),
    (("sqlcmd", "bcp", "tsql", "ipmi", "mosquitto", "zip"), r"sqlcmd|bcp|tsql|ipmitool|mosquitto_\w+|zip|unzip", r"\s-P\s?"),
    (("7z",), r"7z\w?", r"\s-p(?=\S)"),
    (("openssl",), r"openssl", r"\s-[kK]\s+"),
    (("snmp",), r"snmp[a-z]+", r"\s-[cAX]\s?"),
    (("htpasswd",), r"htpasswd", r"\s-\w*b\w*\s+\S+\s+\S+\s+"),
    (("rabbitmqctl",), r"rabbitmqctl", r"\s(?:add_user|change_password|authenticate_user)\s+\S+\s+"),
    (("sqlplus", "impdp", "expdp", "rman"), r"sqlplus|impdp|expdp|rman", r"\s[\w$#]+/"),
    (("vault",), r"vault", r"\slogin\s+"),
    (("ftp",), r"l?ftp", r"\s-u\s+[^\s,]+,"),
    (("curl", "wget"), r"curl|wget", r"\s-b\s+"),
    (("http", "xh"), r"https?|xh", r"\s-a\s+[^\s:]+:"),
    (("freerdp",), r"[xw]freerdp\d?", r"\s/p:"),
    (("wpa_",), r"wpa_passphrase", r"\s\S+\s+"),
)
"""Hints, programs, and what stands before a secret in their command lines, by their manual pages."""
_COMMANDS = tuple(
    (hints, rf"(?<![\w-])(?:{program})(?=\s)[^|;&\n]*", rf"(?P<before>{option})(?!-){_VALUE}")
    for hints, program, option in _OF_PROGRAMS
)
_HINTS = tuple(
    {"://", *(hint for hints, *_ in _PATTERNS for hint in hints), *(hint for hints, *_ in _OF_PROGRAMS for hint in hints)}
)
_URL = re.compile(r"(?P<scheme>\b[A-Za-z][\w+.-]{0,30}://)(?P<rest>[^\s\"'<>]+)")
_IN_ARGUMENT = re.compile(rf"(-{{0,2}}{_KEY}(?:=|:\s*)).+", re.IGNORECASE | re.DOTALL)
_PLAIN_AUTHORITY = re.compile(r"[^:]+(?::\d{0,5})?|\[[^\]]*\](?::\d{0,5})?")
_CUT_SHORT = re.compile(r"[^/?#:\[\]@]*:(?!\d{1,5}(?!\w)|[/{%$<*])[^@]+")
"""A user's name and what may be the beginning of a password, as where a text was cut."""
WITH_PATH = frozenset({"http", "https", "ws", "wss"})
"""Schemes of URLs in whose path an `@` is nothing special."""
_SPACE = "\ue000"
"""Stands for a space within an argument while the arguments are one text; private use, so that nothing has it."""


@lru_cache(maxsize=8192)
def masked(text: str) -> str:
    """The text with every secret in it replaced by `…`: log lines, prefixes, command lines, messages, code. Never raises."""
    lower = text.lower()
    present = {hint for hint in _HINTS if hint in lower}
    if "://" in present:
        text = _URL.sub(_url, text)
    for programs, command, option in _COMMANDS if present and " " in text else ():
        if not present.isdisjoint(programs):
            text = _compiled(command).sub(partial(_in_command, _compiled(option)), text)
    for hints, pattern, flags in _PATTERNS if present else ():
        if not present.isdisjoint(hints):
            text = _compiled(pattern, flags).sub(_hidden, text)
    return text


@cache
def _compiled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compiled when a text first has one of its hints: all together they would be felt at each start."""
    return re.compile(pattern, flags)


def masked_arguments(arguments: Iterable[str]) -> str:
    """A process's arguments on one line, without secrets; one argument is one value, spaces and all."""
    parts = []
    for argument in arguments:
        named = _IN_ARGUMENT.fullmatch(argument)
        plain = f"{named[1]}{HIDDEN}" if named else masked(argument)
        parts.append(re.sub(r"\s", _SPACE, plain))
    return masked(" ".join(parts)).replace(_SPACE, " ")


def without_userinfo(scheme: str, rest: str) -> str:
    """What follows `scheme://` in a URL, from the host on: without user and password, as people write them, not encoded.

    A password may have `/`, `#`, `?` and `@` in it; a path of HTTP may have an `@`, where it follows a slash or a plain host.
    """
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" not in rest:
        return rest
    if scheme.lower() not in WITH_PATH:
        return rest.rpartition("@")[2]
    host = authority.rpartition("@")[2]
    if not _PLAIN_AUTHORITY.fullmatch(host):
        return rest.rpartition("@")[2]
    path = host + rest[len(authority) :]
    if "@" not in authority:
        return path
    before, more, query = _parted(path)
    within = re.search(r".*[^/]@", before)
    return (before[within.end() :] if within else before) + more + query


def masked_record(value: T) -> T:
    """The same record with every text in it masked; unchanged parts are the same objects.

    Left as they are: targets, which have their own door (`parse_target`), and of requests all but their prefix, as they say
    what is to be looked at.
    """
    return cast("T", _record(value))


def _record(value: object) -> object:
    if isinstance(value, str):
        plain = value if isinstance(value, Enum) else masked(value)
        return value if plain == value else plain
    if isinstance(value, tuple | list):
        parts = [_record(part) for part in value]
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else type(value)(parts)
    if isinstance(value, dict):
        return {key: _record(part) for key, part in value.items()}
    if not isinstance(value, Struct):
        return value
    names = _masked_fields(type(value))
    changed = {name: new for name in names if (new := _record(old := getattr(value, name))) is not old}
    return replace(value, **changed) if changed else value


@lru_cache(maxsize=512)
def _masked_fields(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a record that are masked."""
    module = kind.__module__
    if module.endswith(".model.target"):
        return ()
    if module.endswith(".model.requests"):
        return ("vantage",) if "vantage" in kind.__struct_fields__ else ()
    return tuple(name for name in kind.__struct_fields__ if name not in {"id", "at"})


def _in_command(option: re.Pattern[str], command: re.Match[str]) -> str:
    return option.sub(_hidden, command[0])


def _hidden(match: re.Match[str]) -> str:
    variable = match["value"].rstrip(",);")
    if variable.isidentifier() and re.split(r"\W", match["before"].rstrip("=: "))[-1].lower().endswith(variable.lower()):
        return match[0]  # code that passes a variable of that name on
    quote = match["value"][0] if match["value"][0] in "\"'" else ""
    return f"{match['before']}{quote}{HIDDEN}{quote}"


def _url(match: re.Match[str]) -> str:
    scheme, rest = match["scheme"], match["rest"]
    plain = without_userinfo(scheme.removesuffix("://"), rest)
    if plain != rest:
        return f"{scheme}{HIDDEN}@{plain}"
    if "@" not in rest and _CUT_SHORT.fullmatch(rest):
        return f"{scheme}{HIDDEN}"
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    within = re.match(r".*[^/]@", _parted(rest[len(authority) :])[0])
    if not within or ":" not in authority:
        return match[0]
    return f"{scheme}{authority}/{HIDDEN}@{rest[len(authority) + within.end() :]}"


def _parted(text: str) -> tuple[str, str, str]:
    """A path, and the rest from `?` or `#` on."""
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    return path, text[len(path) : len(path) + 1], text[len(path) + 1 :]
