"""The page has what the content has, and nothing of the content has an effect."""

import math
import re
from html.parser import HTMLParser

import pytest

from newsdesk.report import ordered
from newsdesk.report.content import ClassFigures, Content, Limits
from newsdesk.report.measures import slice_figures
from newsdesk.report.page import html
from tests.support import report_contents

_VOID = {"meta", "link", "br", "img", "input", "hr"}
_TITLES = [
    "Classes",
    "Confusion matrix",
    "Most confused pairs",
    "Label check",
    "Slices",
    "Calibration",
    "Coverage",
    "Training",
    "Data",
    "Explanations",
    "Nodes",
    "Configuration, versions and digests",
]


class _Read(HTMLParser):
    """Reads a page and asserts that its elements are nested."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, attribute: str) -> list[str]:
        found = (attributes.get(attribute) for _, attributes in self.elements)
        return [value for value in found if value is not None]

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def _titles(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]*)</h2>", page)


CONTENTS = {
    "two": report_contents.rich(2),
    "four": report_contents.rich(4),
    "not-good-enough": report_contents.rich(4, state="not good enough"),
    "first": report_contents.rich(12, baseline=False),
    "many": report_contents.rich(400),
    "stopped": report_contents.stopped(),
    "bare": report_contents.bare(),
    "hostile": report_contents.hostile(),
}


@pytest.fixture(params=CONTENTS.values(), ids=CONTENTS.keys())
def content(request: pytest.FixtureRequest) -> Content:
    return request.param


def test_a_page_is_small_and_well_formed(content: Content) -> None:
    page = html(content)
    assert len(page.encode()) < 2_000_000
    read = _Read(page)
    ids = read.values("id")
    assert len(set(ids)) == len(ids)
    named = " ".join(read.values("aria-labelledby")).split()
    assert set(named) <= set(ids)
    links = [link[1:] for link in read.values("href") if link.startswith("#")]
    assert links and set(links) <= set(ids)


def test_a_page_runs_nothing_and_asks_for_nothing(content: Content) -> None:
    read = _Read(html(content))
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "img", "iframe", "link", "object", "form", "base"}
    attributes = {name for _, found in read.elements for name in found}
    assert not {name for name in attributes if name.startswith("on")}
    assert not attributes & {"style", "src", "srcset", "action", "xlink:href"}
    addresses = [link for link in read.values("href") if not link.startswith("#")]
    assert all(link.startswith("data:text/csv;") for link in addresses)
    style = html(content).split("<style>")[1].split("</style>")[0]
    assert "url(" not in style and "@import" not in style


def test_the_policy_allows_the_style_sheet_alone() -> None:
    read = _Read(html(report_contents.bare()))
    (policy,) = [
        found["content"]
        for found in read.named("meta")
        if found.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_each_table_and_chart_has_a_name(content: Content) -> None:
    page = html(content)
    read = _Read(page)
    assert page.count("<table") == page.count("<caption")
    assert all(found.get("scope") in ("row", "col") for found in read.named("th"))
    charts = [found for found in read.named("svg") if found.get("role") == "img"]
    assert len(charts) == page.count("<desc") == page.count("Figures of this chart")
    hidden = [found for found in read.named("svg") if "aria-hidden" in found]
    assert len(charts) + len(hidden) == len(read.named("svg"))


def test_a_rich_page_has_all_sections_in_order() -> None:
    assert _titles(html(report_contents.rich())) == _TITLES


def test_sections_without_content_are_left_out() -> None:
    assert _titles(html(report_contents.stopped())) == ["Data", "Nodes"]
    assert _titles(html(report_contents.bare())) == []


def test_the_result_comes_before_everything_else() -> None:
    page = html(report_contents.rich(state="not good enough"))
    places = [
        page.index(text)
        for text in (
            '<h1 id="result-title"',
            "Not pushed: accuracy 0.8712",
            "recall of Harbour 0.5902",
            "Both models on the same 251 rows",
            "worse, p",
            "<nav",
            "<h2",
        )
    ]
    assert places == sorted(places)
    # The sentence has the first reason already.
    assert page.count("accuracy 0.8712 is 0.0409 below") == 1


def test_a_page_without_a_model_in_service_compares_nothing() -> None:
    page = html(report_contents.rich(baseline=False))
    assert "This model on 251 rows" in page
    assert "In service" not in page


def test_hostile_texts_are_shown_and_marked() -> None:
    page = html(report_contents.hostile())
    assert "&lt;script&gt;document.title=" in page
    assert '<span class="esc">\\x1b</span>[31mred' in page
    assert '<span class="esc">\\u202e</span>txt.exe' in page
    assert '<span class="esc">\\u200b</span>' in page
    assert "{{ 7 * 7 }}" in page
    assert (
        re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", page)
        is None
    )


def test_a_page_is_utf_8_even_if_a_text_is_not() -> None:
    assert html(report_contents.hostile()).encode()


def test_figures_that_are_not_finite_are_named() -> None:
    content = report_contents.rich()
    value = content.model_dump()
    value["overall"][2]["candidate"] = {"value": "nan", "low": "nan", "high": "inf"}
    value["classes"][0] |= {"f1": "nan", "precision": None}
    value["learning"]["epochs"][1] |= {"loss": "inf", "eval_loss": "nan"}
    page = html(Content.model_validate(value))
    assert "<b>not finite</b>" in page
    assert not re.search(r'(?:points|width|cx|y1)="[^"]*(?:nan|inf)', page)


def test_measures_and_page_agree_on_small_slices() -> None:
    assert ordered.ENOUGH_ROWS == slice_figures.FEW_ROWS


def test_a_class_without_tested_rows_is_not_the_worst() -> None:
    absent = ClassFigures(name="absent", rows=0, accuracy=math.nan, f1=0.0)
    poor = ClassFigures(name="poor", rows=9, accuracy=0.1, f1=0.2)
    assert ordered.worst_first([absent, poor]) == [poor, absent]


def test_a_cut_list_of_slices_does_not_claim_to_know_their_number() -> None:
    one = ClassFigures(name="a", rows=99, accuracy=0.5)
    slices = {"source": [one] * slice_figures.MOST}
    page = html(report_contents.bare().model_copy(update={"slices": slices}))
    assert f"The first {ordered.MOST_SLICES} values of <bdi>source" in page


def test_a_model_that_answers_nan_gets_its_page() -> None:
    content = report_contents.rich()
    value = content.model_dump()
    explained = value["explained"][0]
    explained["probability"] = "nan"
    explained["words"][0]["weight"] = "nan"
    explained["attention"][0] = ["nan"] * len(explained["tokens"])
    page = html(Content.model_validate(value))
    assert '<td class="h0">–</td>' in page
    assert "probability not finite" in page


def test_sections_that_could_not_be_made_are_named() -> None:
    reason = "the label check: the file <rows.csv> has changed"
    content = report_contents.rich().model_copy(update={"left_out": [reason]})
    page = html(content)
    assert page.index("Missing in this report") < page.index("<nav")
    assert "the file &lt;rows.csv&gt; has changed" in page


def test_long_texts_are_cut() -> None:
    content = report_contents.bare().model_copy(update={"pipeline": "x" * 1_000_000})
    assert len(html(content)) < 20_000


def test_the_next_command_is_code_that_can_be_copied() -> None:
    page = html(report_contents.rich())
    code = "newsdesk predict --root runs/town-news &#34;some text&#34;"
    assert re.search(rf"<pre class=\"command\"[^>]*><code><bdi>{code}</bdi>", page)


def test_limits_are_beside_the_figures() -> None:
    page = html(report_contents.rich())
    for words in ("at least 0.9", "at most 0.5", "at most 0.05"):
        assert f"<small>limit: {words}</small>" in page
    assert "more than 0.01 below the model in service" in page
    tight = Limits(accuracy=0.95, loss=0.1)
    broken = html(report_contents.rich().model_copy(update={"limits": tight}))
    assert '<small class="worse">limit: at least 0.95</small>' in broken
    assert '<small class="worse">limit: at most 0.1</small>' in broken


def test_a_report_of_an_older_release_has_no_limits() -> None:
    page = html(report_contents.rich().model_copy(update={"limits": None}))
    assert "limit:" not in page and "<small>lower is better</small>" in page
