"""Reads the outputs of nodes into the summary, and writes the notes on their lines."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from components.bulk_inferrer import record
from components.reporter.outputs import PROBLEM
from components.text_example_gen.row_counts import SOURCES, read_summary
from components.text_example_gen.span_note import spans_note
from newsdesk import tuning
from newsdesk.config.sections import Config
from newsdesk.evaluation import fallen
from newsdesk.published.in_service import OUTCOME, VERSION, InService, Outcome
from pipeline.local import node_results, text_notes
from pipeline.local.executions import text_property
from pipeline.local.history import Summary

# The first artifact of every output, by the name of the output.
Outputs = Mapping[str, Any]


class Notes:
    """Fills the summary of a run from the outputs of its nodes.

    Args:
        config: the effective configuration.
        summary: the summary of the run.
        accepted: the user's reason to give up the model in service; "" without one.

    Attributes:
        current: the model in service when the run began.
        outcome: the outcome of the Pusher; None before it has ended.
        lines: sentences to show below the line of the node that has just ended.
    """

    def __init__(self, config: Config, summary: Summary, accepted: str) -> None:
        self._config = config
        self._summary = summary
        self._accepted = accepted
        self.current: InService | None = None
        self.outcome: Outcome | None = None
        self.lines: list[str] = []

    def of(self, node: str, outputs: Outputs) -> str:
        """Adds the outputs of a node to the summary.

        Args:
            node: the id of the node, which has ended.
            outputs: its outputs.

        Returns:
            The note on its line of the screen, or "".
        """
        self.lines = []
        note = NOTES.get(node)
        return note(self, outputs) if note else ""

    def rows(self, outputs: Outputs) -> str:
        """Notes the number of rows."""
        quarantine = outputs["quarantine"].uri
        self._summary.rows = node_results.rows(quarantine)
        self._summary.sources = read_summary(quarantine).get(SOURCES, {})
        self.lines = node_results.splits_lines(quarantine, self._config.data)
        if self._config.beam.workers != 1:
            self.lines += node_results.whole_lines(quarantine)
        window = self._config.data.window
        spans = spans_note(self._summary.spans, window)
        rows = node_results.rows_note(self._summary.rows)
        return f"{rows}; {spans}" if spans else rows

    def baseline(self, outputs: Outputs) -> str:
        """Notes the version that the candidate is compared with."""
        if "model" not in outputs and self.current:
            self._summary.accepted = self._accepted
            return f"version {self.current.version} is given up: {self._accepted}"
        if "model" not in outputs:
            return "none yet"
        self._summary.baseline = text_property(outputs["model"], VERSION)
        return f"version {self._summary.baseline} is in service"

    def tuning(self, outputs: Outputs) -> str:
        """Notes the best trial, and its values below the line."""
        tuned = tuning.read(Path(outputs["tuner_results"].uri)).tuned()
        self._summary.tuned = tuned
        self.lines = [f"tuned: {tuned.changes}"]
        return tuned.sentence

    def training(self, outputs: Outputs) -> str:
        """Notes how the training ended, and the epoch of the weights."""
        ended = self._summary.training = node_results.training(outputs["model"].uri)
        return ended.sentence if ended else ""

    def gate(self, outputs: Outputs) -> str:
        """Notes the rules that had nothing to compare with."""
        if self._summary.baseline:
            why = f"version {self._summary.baseline} has no figures to compare with"
        elif self.current:
            why = (
                "the model in service is given up, so there is nothing to compare with"
            )
        else:
            why = "no model in service yet, so there is nothing to compare with"
        return node_results.skipped_rules(outputs["verdict"].uri, why)

    def texts(self, outputs: Outputs) -> str:
        """Notes what is wrong with texts: cut, unknown, or with several labels."""
        folder = outputs["statistics"].uri
        return text_notes.about_texts(folder, self._config.text.tokenizer)

    def evaluation(self, outputs: Outputs) -> str:
        """Notes the accuracy of the candidate and of the model in service."""
        # Imported here, because it imports NumPy, which a run with nothing to do never
        # needs.
        from newsdesk.evaluation import decision

        decided = decision.read(Path(outputs["evaluation"].uri))
        now = self._summary.metrics = decided.metrics
        before = self._summary.baseline_metrics = decided.baseline_metrics
        self._summary.refusals = decided.refusals
        self._summary.shown = decided.shown
        note = f"accuracy {now['accuracy']:.4f}"
        # Record the reason only if it was needed.
        if before and self._accepted and self._has_fallen(before):
            self._summary.accepted = self._accepted
        if before:
            note += f", {before['accuracy']:.4f} in service"
        return note

    def push(self, outputs: Outputs) -> str:
        """Notes whether and where the candidate was pushed."""
        outcome = text_property(outputs["pushed_model"], OUTCOME)
        self.outcome = Outcome(outcome) if outcome else None
        version = node_results.pushed_version(outputs["pushed_model"])
        self._summary.pushed = version
        if self.outcome is Outcome.WITHDRAWN:
            return "nothing pushed: this model was rolled back"
        if self.outcome is Outcome.IN_SERVICE:
            return f"nothing pushed: this model is already in service, as {version}"
        return f"version {version.rsplit('/')[-1]}" if version else "nothing pushed"

    def report(self, outputs: Outputs) -> str:
        """Notes what is missing in the report."""
        return text_property(outputs["report"], PROBLEM) or ""

    def scoring(self, outputs: Outputs) -> str:
        """Notes how many rows were answered; where they are is below the line."""
        done = record.read(Path(outputs["inference_result"].uri))
        self.lines = done.lines
        return done.sentence

    def _has_fallen(self, before: dict[str, float]) -> bool:
        """Decides whether the model in service fails on the rows of this run."""
        when_pushed = self.current.manifest.origin.metrics if self.current else {}
        limit = self._config.evaluation.min_accuracy
        return fallen.has_fallen(before, when_pushed, limit)


# By the node's id; a node without an entry has no note.
NOTES: Mapping[str, Callable[[Notes, Outputs], str]] = {
    "TextExampleGen": Notes.rows,
    "BaselineModel": Notes.baseline,
    "TextStatistics": Notes.texts,
    "DataGate": Notes.gate,
    "Tuner": Notes.tuning,
    "Trainer": Notes.training,
    "Evaluator": Notes.evaluation,
    "Pusher": Notes.push,
    "Reporter": Notes.report,
    "BulkInferrer": Notes.scoring,
}
