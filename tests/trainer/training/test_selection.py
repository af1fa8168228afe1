"""Which figure chooses the best epoch."""

import numpy as np
import pytest

from newsdesk.config.train import SelectBy, Train
from trainer.training import selection

NAMES = ["ham", "spam", "unknown"]


def labels_of(counts: list[int]) -> np.ndarray:
    return np.repeat(np.arange(3, dtype=np.int32), counts)


def test_a_dominant_class_makes_macro_f1_decide() -> None:
    labels = labels_of([19, 81, 0])

    assert selection.select_by(Train(), labels) == "macro_f1"
    assert selection.sentence(Train(), NAMES, labels) == (
        "81.0% of the train rows are 'spam', so macro F1 chooses the best epoch "
        "(train.select_by)"
    )


@pytest.mark.parametrize("counts", [[80, 20, 0], [50, 49, 1], [1, 1, 1]])
def test_without_a_dominant_class_accuracy_decides(counts: list[int]) -> None:
    assert selection.select_by(Train(), labels_of(counts)) == "accuracy"
    assert selection.sentence(Train(), NAMES, labels_of(counts)) == ""


@pytest.mark.parametrize("by", ["accuracy", "macro_f1", "loss"])
def test_a_figure_that_the_user_names_decides(by: SelectBy) -> None:
    train, labels = Train(select_by=by), labels_of([99, 1, 0])

    assert selection.select_by(train, labels) == by
    assert selection.sentence(train, NAMES, labels) == ""
