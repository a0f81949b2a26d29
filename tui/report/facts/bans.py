"""Bans in words."""

from tui.model.facts import Ban, Bans
from tui.model.requests import ReadBans
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import listed


@check_sentence.register
def _of_bans(request: ReadBans) -> str:
    return f"whether {request.client} is banned {f'through `{request.vantage}`' if request.vantage else 'by this machine'}"


@fact_sentence.register
def _bans(fact: Bans) -> str:
    where = f" through `{fact.vantage}`" if fact.vantage else " here"
    if not fact.bans:
        return f"no ban of {fact.client} was found{where}"
    return f"{fact.client} is banned{where}: {listed([_ban(ban) for ban in fact.bans])}"


def _ban(ban: Ban) -> str:
    end = f" for {ban.left_s:.0f} s more" if ban.left_s is not None else ""
    match ban.by:
        case "fail2ban":
            return f"in fail2ban's jail {ban.name}{end}"
        case "set":
            return f"in the set {ban.name}{end}"
        case _:
            return f"by hosts.deny (`{ban.name}`)"
