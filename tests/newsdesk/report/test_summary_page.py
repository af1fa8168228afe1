"""The Markdown summary has the result first, and no markup of others."""

import re

import pytest

from newsdesk.report.summary_page import inert, markdown
from tests.support import report_contents


def test_a_summary_has_the_result_and_the_figures() -> None:
    text = markdown(report_contents.rich(state="not good enough"))
    lines = text.splitlines()
    assert lines[0] == "# Not pushed: not good enough: town-news, r000012"
    assert lines[2].startswith("Not pushed: accuracy 0.8712 is 0.0409 below")
    assert "- recall of Harbour 0.5902 is below evaluation.min\\_recall 0.7" in lines
    figures = "0.9121 (0.8936 to 0.9306) | 0.9325 (0.9140 to 0.9510) "
    assert f"| accuracy (limit: at least 0.9) | {figures}" in text
    assert "−0.0204 (worse)" in text
    assert "- Label check: 83 of 2,000 rows are doubtful" in lines
    assert text.endswith("\n") and "\n\n\n" not in text


def test_a_summary_of_an_early_end_has_the_verdict_alone() -> None:
    assert markdown(report_contents.bare()) == (
        "# Failed: town-news, r000014\n\nrows.csv: the file does not exist.\n"
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<b>*x* _y_ [z](u)", r"\<b\>\*x\* \_y\_ \[z\]\(u\)"),
        ("a|b\nc", r"a\|b\\nc"),
        ("@team see http://x.example www.x.example", None),
        ("- item - 2", r"\- item - 2"),
        ("# title", r"\# title"),
        ("1. first", r"1\. first"),
        ("\x1b[2J\u202e", r"\\x1b\[2J\\u202e"),
        ("0.95 of r000012-x", "0.95 of r000012-x"),
    ],
)
def test_text_from_data_is_no_markup(text: str, escaped: str | None) -> None:
    found = inert(text)
    if escaped is None:
        escaped = r"\@team see http\://x.example www\.x.example"
    assert found == escaped


def test_every_row_of_a_table_has_its_cells() -> None:
    text = markdown(report_contents.hostile())
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    for table in tables:
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(cells) == 1


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (
            "run --set 'data.drop_labels=[\"a\"]'",
            "`run --set 'data.drop_labels=[\"a\"]'`",
        ),
        ("run --set 'a\n`b`'", r"run --set 'a\\n\`b\`'"),
    ],
)
def test_a_command_can_be_copied(command: str, written: str) -> None:
    content = report_contents.bare()
    verdict = content.verdict.model_copy(update={"next_command": command})
    text = markdown(content.model_copy(update={"verdict": verdict}))
    assert f"Next: {written}\n" in text


def test_advice_with_an_option_is_not_a_command() -> None:
    content = report_contents.bare()
    steps = {"next_step": "train longer with --set a_b=6", "next_command": "newsdesk"}
    verdict = content.verdict.model_copy(update=steps)
    text = markdown(content.model_copy(update={"verdict": verdict}))
    assert "Next: train longer with --set a\\_b=6: `newsdesk`\n" in text


def test_limits_are_beside_the_figures() -> None:
    text = markdown(report_contents.rich())
    assert "| accuracy (limit: at least 0.9) | 0.9121" in text
    assert "| macro F1 | 0.9078" in text
