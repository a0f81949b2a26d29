"""The judgement of the causes of a plain refusal where there is none: what connects rules them out, silence says nothing."""

from tui.diagnosis.hypothesis import not_relevant, ruled_out
from tui.diagnosis.readings import outcomes
from tui.model.case import Case
from tui.model.judgement import Judgement


def no_refusal(case: Case) -> Judgement:
    """Ruled out where the port connects; not relevant where it fails in another way."""
    works = outcomes.connecting(case)
    if works:
        return ruled_out(f"Port {case.tcp.port} connects on {next(iter(works))}.", *outcomes.ids(*works.values()))
    return not_relevant("No address answers with a plain refusal.", *outcomes.ids(*outcomes.latest(case).values()))
