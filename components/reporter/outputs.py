"""The outputs of nodes that a report reads."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk import features

# Custom property of the report: why the report, or a part of it, is missing.
PROBLEM = "problem"


@dataclass(frozen=True)
class Outputs:
    """Folders of the artifacts of one run; None for a node that has not ended.

    Attributes:
        examples: the raw rows by split.
        quarantine: the counts of all rows, and the bad rows.
        statistics: the output of TextStatistics.
        verdict: the output of the data gate.
        model: the candidate.
        predictions: of every tested row.
        report: the files that the Reporter wrote.
    """

    examples: Path | None = None
    quarantine: Path | None = None
    statistics: Path | None = None
    verdict: Path | None = None
    model: Path | None = None
    predictions: Path | None = None
    report: Path | None = None

    @property
    def saved_model(self) -> Path | None:
        """The folder of the exported model."""
        # As `path_utils.serving_model_path`, without the seconds to import TFX.
        return self.model and self.model / "Format-Serving"

    @property
    def verdict_file(self) -> Path | None:
        """The file of the data gate's verdict."""
        if self.verdict is None:
            return None
        # Imported here, because it imports TFX.
        from components.data_gate import VERDICT

        return self.verdict / VERDICT

    def card(self) -> dict[str, Any]:
        """Reads the card of the candidate.

        Returns:
            Its values; empty without a model, or if the card cannot be read.
        """
        if not self.saved_model:
            return {}
        try:
            file = self.saved_model / "assets.extra" / features.MODEL_CARD
            card = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return card if isinstance(card, dict) else {}


# The node that writes each output, and the name of the output in the graph.
WRITTEN_BY = {
    "examples": ("TextExampleGen", "examples"),
    "quarantine": ("TextExampleGen", "quarantine"),
    "statistics": ("TextStatistics", "statistics"),
    "verdict": ("DataGate", "verdict"),
    "model": ("Trainer", "model"),
    "predictions": ("Predictions", "predictions"),
    "report": ("Reporter", "report"),
}
