"""Applies the rules for data that a run applies before it trains."""

from collections.abc import Mapping
from shlex import quote

from components import data_rules
from components.data_rules import Judged
from components.text_statistics.statistics import TextStatistics
from newsdesk.config.removed_labels import override
from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode
from pipeline.check.findings import Findings
from pipeline.check.reading import Rows

# Estimated lengths are good enough for a message, but not for a limit.
_BY_TOKENS = frozenset({"max_length_ratio", "max_truncated_share"})
# `check` needs no vocabulary, and names all labels of this rule itself.
_ELSEWHERE = "min_tested_rows"
_SHOWN = 12


def check_bad_rows(config: Config, rows: Rows, found: Findings) -> None:
    """Compares the share of bad rows with data.max_bad_rows.

    Args:
        config: the whole configuration.
        rows: what was read.
        found: gets the findings.
    """
    if not rows.bad:
        return
    limit = config.data.max_bad_rows
    lines = [
        f"{rows.bad:,} of {rows.read:,} rows cannot be used "
        f"({rows.bad / rows.read:.2%}; data.max_bad_rows allows {limit:.2%}):",
        *(f"  {row}" for row in rows.shown),
        *(f"Hint: {sentence}" for sentence in rows.remedies),
    ]
    if rows.bad > limit * rows.read:
        lines.append("Fix the rows, or raise data.max_bad_rows to leave them out.")
        found.stop("data", "\n".join(lines))
    else:
        found.note("data", "\n".join(lines))


def check_splits(config: Config, rows: Rows, found: Findings) -> None:
    """Finds splits without rows, and labels that have too few rows for a run.

    Args:
        config: the whole configuration.
        rows: what was read.
        found: gets the findings.
    """
    for name, counted in rows.splits.items():
        if not counted.rows:
            found.stop(
                "splits",
                f"the split {name} got none of the {rows.used:,} usable rows; add "
                "rows, or change data.splits, data.ratios or data.eval_ratio",
                ExitCode.FAILED,
            )
    lacking: dict[str, str] = {}
    noted: list[str] = []
    for number, label in enumerate(config.data.labels):
        counts = {name: one.labels.get(number, 0) for name, one in rows.splits.items()}
        without = [name for name, count in counts.items() if not count]
        sentence = f"{label!r} has " + ", ".join(
            f"{count:,} in {name}" for name, count in counts.items()
        )
        if _stops(config, counts):
            lacking[label] = sentence
        elif without:
            noted.append(sentence)
    if lacking:
        listed = _listed([*lacking.values()])
        found.stop("splits", f"too few rows: {listed}; {_choices(config, lacking)}")
    if noted:
        found.note("splits", f"a split without rows: {_listed(noted)}")


def check_gate(
    config: Config,
    rows: Rows,
    before: TextStatistics | None,
    reference: str,
    found: Findings,
) -> None:
    """Applies the rules of the gate that need no tokenizer.

    Args:
        config: the whole configuration.
        rows: what was read.
        before: the statistics of the data of the model in service, if there are any.
        reference: what messages call that data, or why there are no statistics of it.
        found: gets the findings.
    """
    now = TextStatistics(splits=rows.splits, max_length=config.text.max_length)
    judged = data_rules.judge(
        config.gate, now, config.data.labels, before, reference, rows.conflicts
    )
    found.values["gate"] = [_as_json(config, one) for one in judged]
    by_result: dict[str, set[str]] = {"holds": set(), "skipped": set(), "open": set()}
    for one in judged:
        if one.holds is False and _decided(config, one):
            if one.rule != _ELSEWHERE:
                found.stop("gate", f"{one}; correct the data, or change the rule")
        else:
            by_result[_result(config, one, before is not None)].add(one.rule)
    broken = {one.rule for one in judged if one.holds is False}
    found.say("gate", f"holds: {_names(by_result['holds'] - broken) or 'no rule'}")
    if skipped := by_result["skipped"]:
        found.say("gate", f"nothing to compare with: {_names(skipped)}")
    undecided = _names(by_result["open"] - broken)
    left = f"{undecided} and the anomalies" if undecided else "the anomalies"
    found.say("gate", f"only a run decides: {left} of the schema")


def _result(config: Config, one: Judged, has_baseline: bool) -> str:
    """Returns whether a rule that is not broken holds, is skipped or is open."""
    if _decided(config, one):
        return "holds"
    learns = config.text.tokenizer == "words"
    return "skipped" if one.holds is None and learns and not has_baseline else "open"


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _choices(config: Config, labels: Mapping[str, str]) -> str:
    """Says what can be done about labels with too few rows."""
    choices = "add rows, or merge labels with data.merge_labels"
    option = override(labels, config.data.labels, config.data.drop_labels)
    return (
        f"{choices}, or leave them out with --set {quote(option)}"
        if option
        else (choices)
    )


def _stops(config: Config, counts: dict[str, int]) -> bool:
    """Returns whether a run stops because a label has so few rows."""
    needed = config.gate.min_tested_rows or 0
    return not counts["train"] or counts.get("test", counts["eval"]) < needed


def _decided(config: Config, one: Judged) -> bool:
    by_estimate = one.rule in _BY_TOKENS and config.text.tokenizer != "words"
    return one.holds is not None and not by_estimate


def _as_json(config: Config, one: Judged) -> dict[str, object]:
    return {
        "rule": one.rule,
        "split": one.split,
        "value": one.value,
        "limit": one.limit,
        "holds": one.holds if _decided(config, one) else None,
    }


def _listed(sentences: list[str]) -> str:
    more = len(sentences) - _SHOWN
    shown = "; ".join(sentences[:_SHOWN])
    return (
        f"{shown}; and {more:,} more labels (--json lists all)" if more > 0 else shown
    )
