"""Every sample of the corpus is read as it says, and every form and language has a sample."""

from itertools import chain

import pytest

from tests.errors.corpus import Sample, endpoint, failure, frame, samples
from tui.errors import read_error
from tui.errors.classes import lowered, mentions
from tui.errors.frames import languages
from tui.errors.shape import Says, shape_matches, shapes
from tui.errors.view import view_of

FEWEST = 150


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
def test_a_sample_is_read_as_it_says(sample: Sample) -> None:
    """Endpoints with their roles and order, the class, what is missing, the frame: all as the sample says, nothing more."""
    reading = read_error(sample.text)

    assert tuple(map(endpoint, reading.endpoints)) == sample.endpoints
    assert reading.error_class == sample.error_class
    assert reading.missing == sample.missing
    if sample.contradicted is not None:
        assert reading.contradicted == sample.contradicted
    if sample.frame is not None:
        assert frame(reading) == sample.frame
    if sample.failures is not None:
        assert tuple(map(failure, reading.failures)) == sample.failures


def test_the_corpus_is_as_large_as_promised() -> None:
    """There are at least 150 samples, none twice, and texts without any endpoint are among them."""
    found = samples()

    assert len(found) >= FEWEST
    assert len({sample.id for sample in found}) == len(found)
    assert any(not sample.endpoints for sample in found)


def test_every_form_has_a_sample() -> None:
    """A form that no sample shows is either needless or untested."""
    seen = set()
    for sample in samples():
        view = view_of(sample.text)
        low = lowered(view.text)
        seen |= {one.shape.name for one in shape_matches(view.text, low, (mention.start for mention in mentions(low)))}

    named = {shape.name for shape in shapes() if shape.says is not Says.NOTHING}
    assert named - seen == set()


def test_every_language_has_a_sample() -> None:
    """Each language that frames are read for has a sample with a frame of the user's own code."""
    frames = chain.from_iterable(read_error(sample.text).code for sample in samples() if sample.frame)

    assert {language.name for language in languages()} == {one.language for one in frames if one.role == "user"}
