"""A row with a very long text does not make a report large."""

from pathlib import Path

from components.reporter import files
from newsdesk.report.content import WordWeight
from newsdesk.report.kept_texts import LONGEST, kept
from tests.support import report_contents


def test_a_cut_text_says_how_long_it_was() -> None:
    found = kept("x" * 5_000_000)
    assert len(found) == LONGEST and found.endswith("x… (5,000,000 characters)")
    assert kept(found) == found
    assert kept("x" * LONGEST) == "x" * LONGEST


def test_a_long_text_makes_no_file_large(tmp_path: Path) -> None:
    content, long = report_contents.rich(), "word " * 1_000_000
    assert content.label_check is not None
    doubt = content.label_check.most_doubted[0].model_copy(update={"text": long})
    words = [WordWeight(word=long, weight=0.5)]
    update = {
        "label_check": content.label_check.model_copy(update={"most_doubted": [doubt]}),
        "pairs": [content.pairs[0].model_copy(update={"examples": [long] * 3})],
        "explained": [
            content.explained[0].model_copy(update={"text": long, "words": words})
        ],
    }
    files.write(content.model_copy(update=update), tmp_path)
    for name in (files.PAGE, files.METRICS, files.MARKDOWN):
        assert (tmp_path / name).stat().st_size < 300_000, name
    assert "(5,000,000 characters)" in (tmp_path / files.METRICS).read_text()
