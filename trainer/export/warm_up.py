"""Gives a SavedModel requests with texts as long as those of the training data."""

from pathlib import Path

import numpy as np

from newsdesk import warm_up
from trainer.export.serving import Served

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_PROBE = 8


def add(served: Served, lengths: np.ndarray, folder: Path) -> None:
    """Writes the requests that a server answers after loading.

    The texts repeat one word, so that a published model contains no text of the data.

    Args:
        served: the classifier.
        lengths: int [rows], the tokens of each row of the train split.
        folder: of the SavedModel.
    """
    tokens = np.quantile(lengths, _SHARES, method="lower").astype(int)
    marks = served.length([warm_up.text(_PROBE)]) - _PROBE
    warm_up.write(folder, [max(1, int(count) - marks) for count in tokens])
