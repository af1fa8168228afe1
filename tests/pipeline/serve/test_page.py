"""The page shows an answer, and obeys no text."""

import urllib.parse
from typing import Any

import pytest

from pipeline.serve import page
from tests.support.served import stand_in


class _Answerer:
    def __init__(self, probabilities: dict[str, float], **more: Any) -> None:
        label = max(probabilities, key=lambda name: probabilities[name])
        self._answer = {
            "label": label,
            "probability": probabilities[label],
            "probabilities": probabilities,
            **more,
        }

    def answers(self, questions: list[str]) -> Any:
        return iter([self._answer for _ in questions])


class _Model:
    def __init__(self, answerer: _Answerer) -> None:
        self.answerer = answerer


def _html(text: str | None, probabilities: dict[str, float], **more: Any) -> str:
    model = _Model(_Answerer(probabilities, **more))
    return page.html("news", stand_in(7, model=model), text)


def test_labels_are_shown_by_probability() -> None:
    found = _html("Oil", {"a": 0.25, "b": 0.5, "c": 0.25})
    assert "version 7 in service" in found
    assert found.index("<bdi>b</bdi> <small>0.5000") < found.index('width="50.00%"')
    assert found.index('width="50.00%"') < found.index('width="25.00%"')
    assert ">\nOil</textarea>" in found


def test_an_empty_page_has_no_answer() -> None:
    found = _html(None, {"a": 1.0})
    assert "<section" not in found and 'role="alert"' not in found
    assert "autofocus" in found


def test_doubts_and_empty_texts_are_said() -> None:
    assert "knows no word of it" in _html("x", {"a": 1.0}, unknown_share=1.0)
    found = _html(" ", {"a": 1.0})
    assert "<bdi>the text is empty</bdi>" in found
    assert "<section" not in found


def test_texts_and_labels_are_escaped() -> None:
    attack = "</textarea><script>alert(1)</script>\u202e"
    found = _html(attack, {attack: 1.0})
    assert "<script" not in found
    assert found.count("</textarea>") == 1
    assert "\\u202e</span>" in found


def test_many_labels_are_cut() -> None:
    found = _html("x", {f"label {number}": 0.001 for number in range(400)})
    assert found.count("<svg") == 20
    assert "380 less probable labels are not shown" in found


@pytest.mark.parametrize(
    "text", ["a&b=c+d %", "Ölpreis\nfällt", "\U0001f600", "text=x", ""]
)
def test_the_text_of_a_form_is_read(text: str) -> None:
    body = urllib.parse.urlencode({"text": text.replace("\n", "\r\n")}).encode()
    assert page.text_of(body) == text


def test_a_body_without_a_text_is_an_empty_page() -> None:
    assert page.text_of(b"") is None
    assert page.text_of(b"other=1") is None
    assert page.text_of(b"text=%FF") == "\ufffd"
