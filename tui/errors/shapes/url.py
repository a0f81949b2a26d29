"""Any other URL: what was asked for, unless it is documentation."""

import re

from tui.errors.patterns import URL
from tui.errors.shape import Marks, Match, Says, Shape, url_mark
from tui.errors.types import Role

_BEFORE = re.compile(
    r"(?i:\b(?:see|docs?|documentation|visit|details?|information|more|help|read|refer to|reference|background on this error"
    r"|about|report|issue"
    r"|guide|url: see|troubleshoot\w{0,6}|upgrade|homepage|version [\d.]{1,12}|license|available|listening|serving|running"
    r"|started|ready)\b"
    r"[^\n]{0,30}|(?:local|network|listening on|browse|open|swagger ui)\s?:?\s?)\Z"
)
_DOCUMENTATION = re.compile(
    r"(?i)[a-z+]{2,10}://(?:docs?|wiki|cwiki|help|support|learn|developers?|kb|blog|bugs|issues|faq|errors?|go)\."
    r"|[a-z+]{2,10}://(?:curl\.(?:haxx\.)?se|[\w.]{0,20}microsoft\.com|aka\.ms|stackoverflow\.com|sqlalche\.me|nodejs\.org|nmap\.org|go\.dev|bit\.ly|goo\.gl|git\.io"
    r"|[\w.]{0,20}python\.org/(?:dev|\d)|pip\.pypa\.io|www\.postgresql\.org|redis\.io|www\.rabbitmq\.com|www\.rsyslog\.com|slf4j\.org|www\.slf4j\.org|logging\.apache\.org|w3\.org|www\.w3\.org"
    r"|schemas\.[\w.]{3,40}|www\.prisma\.io|pris\.ly|nextjs\.org|react\.dev|vitejs\.dev|wikipedia\.org|[\w.]{0,20}readthedocs\.\w{2,3})"
    r"|\S{0,200}?(?:/docs?/|/wiki/|/documentation|/troubleshooting|/faq|-errors\.html|/issues/\d|/manual/|/help/|/articles/|ConnectionRefused\b|/kb/|/errors/)"
)


def _marks(match: Match, role: Role) -> Marks:
    before = match.string[max(0, match.start() - 60) : match.start()]
    is_reference = _BEFORE.search(before) or _DOCUMENTATION.match(match["url"])
    yield None if is_reference else url_mark(match, "url", role)


SHAPE = Shape(
    place=55,
    form="URL",
    hints=("://",),
    pattern=re.compile(rf"(?P<url>{URL})"),
    says=Says.DEPENDS,
    marks=_marks,
    ahead=2100,
)
