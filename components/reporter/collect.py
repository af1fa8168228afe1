"""Collects the content of a report from the outputs of a run.

A section that cannot be made is left out, with its reason: a report with a gap is worth
more than none, and a report must never change how a run ends.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from components.reporter.files import DOUBTFUL
from components.reporter.outputs import Outputs
from newsdesk.errors import Interrupted, first_line, printable
from newsdesk.report.content import (
    Content,
    Data,
    Explained,
    LabelCheck,
    Learning,
    Verdict,
)
from newsdesk.training import Training

if TYPE_CHECKING:
    from newsdesk.evaluation.tested import Tested

_Made = TypeVar("_Made")
_log = logging.getLogger("newsdesk")


@dataclass(frozen=True)
class About:
    """What a report needs to know of a run besides its outputs.

    Attributes:
        pipeline: the name of the pipeline.
        run: the name of the run.
        split: the name of the tested split.
        labels: the names of the classes, in the order of their numbers, for runs
            without a model.
        spans: what the run read, the oldest first.
        verdict: the file with the verdict of a data gate that stopped the run.
    """

    pipeline: str
    run: str
    split: str
    labels: Sequence[str] = ()
    spans: Sequence[str] = ()
    verdict: Path | None = None


def collect(
    outputs: Outputs, about: About, verdict: Verdict, folder: Path | None = None
) -> Content:
    """Collects everything that the outputs of a run show.

    Args:
        outputs: of the nodes that have ended.
        about: the run.
        verdict: what was decided.
        folder: the folder for the table of doubtful labels; None to leave out what asks
            the model again, which takes seconds: label check and explanations.

    Returns:
        The content, without what only the runner knows: costs, configuration.
    """
    sections = _Sections()
    sections.add("data", lambda: _data(outputs, about))
    sections.add("learning", lambda: _learning(outputs))
    tested = sections.made("the tested rows", lambda: _tested(outputs))
    if tested is not None:
        _add_figures(sections, tested, outputs)
        if folder:
            _add_explanations(sections, tested, outputs)
            sections.add("label_check", lambda: _doubts(tested, outputs, about, folder))
    return Content(
        pipeline=about.pipeline,
        run=about.run,
        verdict=verdict,
        split=about.split,
        tested_rows=0 if tested is None else len(tested.label),
        left_out=sections.left_out,
        **sections.found,
    )


class _Sections:
    """The sections that could be made, and why others could not."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.left_out: list[str] = []

    def add(self, name: str, make: Callable[[], Any]) -> None:
        """Adds a section of `Content`, unless there is nothing to show."""
        made = self.made(name.replace("_", " "), make)
        if made is not None:
            self.found[name] = made

    def made(self, name: str, make: Callable[[], _Made]) -> _Made | None:
        """Makes a part; a failure is logged, and None is returned."""
        try:
            return make()
        except Interrupted:
            raise
        # Every library that measures, draws or loads has errors of its own.
        except Exception as error:
            _log.warning("report: %s", name, exc_info=True)
            self.left_out.append(printable(f"{name}: {first_line(error)}"))
            return None


def _tested(outputs: Outputs) -> "Tested | None":
    labels = outputs.card().get("labels")
    if outputs.predictions is None or not labels:
        return None
    from components import predictions

    return predictions.read_all(outputs.predictions, labels)


def _data(outputs: Outputs, about: About) -> Data | None:
    if not outputs.quarantine and not outputs.statistics:
        return None
    # Imports TensorFlow, which the report of an unchanged run must not.
    from components.reporter import data

    return data.read(
        outputs.card().get("labels", about.labels),
        outputs.quarantine,
        outputs.statistics,
        outputs.verdict_file or about.verdict,
        about.spans,
    )


def _learning(outputs: Outputs) -> Learning | None:
    from newsdesk.report.learning import learning

    card = outputs.card()
    training = Training.of_card(card)
    tuned = card.get("tuned")
    values = tuned if isinstance(tuned, dict) else {}
    return learning(training, values) if training else None


def _add_figures(sections: _Sections, tested: "Tested", outputs: Outputs) -> None:
    from newsdesk.report import measures

    temperature = float(outputs.card().get("temperature") or 1)
    for name, make in {
        "overall": measures.overall,
        "classes": measures.classes,
        "confusion": measures.confusion,
        "pairs": measures.pairs,
        "slices": measures.slices,
        "calibration": lambda rows: measures.calibration(rows, temperature),
        "coverage": measures.coverage,
    }.items():
        sections.add(name, lambda make=make: make(tested))  # type: ignore[misc]


def _add_explanations(sections: _Sections, tested: "Tested", outputs: Outputs) -> None:
    """Adds what needs the model itself."""
    saved = outputs.saved_model
    if saved:
        sections.add("explained", lambda: _explained(saved, tested))


def _explained(saved: Path, tested: "Tested") -> list[Explained]:
    from newsdesk.explaining.explain import explain
    from newsdesk.explaining.loaded import LoadedModel

    model = LoadedModel(saved)
    return [
        explain(model, tested.texts[row], tested.labels[int(tested.label[row])])
        for row in typical(tested)
    ]


def typical(tested: "Tested") -> list[int]:
    """Chooses rows to explain: surely right, least sure, and surely wrong.

    Args:
        tested: the tested rows.

    Returns:
        At most three numbers of rows, each of them once.
    """
    import numpy as np

    if not len(tested.label):
        return []
    sure = np.nan_to_num(tested.confidence, nan=0.0)
    chosen = [int(np.argmin(sure))]
    for kind, place in ((tested.is_right, 0), (~tested.is_right, 2)):
        if kind.any():
            chosen.insert(place, int(np.argmax(np.where(kind, sure, -1.0))))
    return list(dict.fromkeys(chosen))


def _doubts(
    tested: "Tested", outputs: Outputs, about: About, folder: Path
) -> LabelCheck | None:
    """Checks the labels of all splits; writes the table of the doubtful ones."""
    from components.reporter import labels
    from newsdesk.report import label_check, label_csv

    if not outputs.examples:
        return None
    seen = label_check.Checked(
        tested.texts,
        tested.label,
        [about.split] * len(tested.label),
        tested.probabilities,
    )
    found = labels.check(seen, tested.labels, outputs.examples)
    label_csv.write(found, folder / DOUBTFUL)
    return found
