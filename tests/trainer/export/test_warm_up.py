"""Warm-up texts are as long as the rows of the data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from newsdesk import warm_up as requests
from trainer.export import warm_up


class _Served:
    """A model that reads so many tokens, two of which mark the ends of a text."""

    def __init__(self, most: int) -> None:
        self._most = most

    def length(self, texts: Sequence[str]) -> int:
        return min(self._most, max(len(text.split()) + 2 for text in texts))


@pytest.mark.parametrize("most", [512, 128, 5])
def test_texts_have_the_lengths_of_rows(tmp_path: Path, most: int) -> None:
    lengths = np.minimum(np.arange(3, 104), most)
    served: Any = _Served(most)
    warm_up.add(served, lengths, tmp_path)
    texts = [
        text.decode()
        for signature, inputs in requests.read(tmp_path)
        if signature == "serving_default"
        for text in inputs["text"].numpy()[:1]
    ]
    found = [served.length([text]) for text in texts]
    expected = sorted({min(most, count) for count in (8, 28, 53, 78, 98)})
    assert found[:-1] == expected
    assert found[-1] == served.length([requests.text(51)])


def test_short_rows_have_a_word(tmp_path: Path) -> None:
    served: Any = _Served(512)
    warm_up.add(served, np.array([1, 1, 2]), tmp_path)
    _, inputs = next(iter(requests.read(tmp_path)))
    assert inputs["text"].numpy().tolist() == [b"a"]
