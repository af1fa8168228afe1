"""Sentences about the data that the user should read before the first run."""

from collections.abc import Iterable, Mapping

from newsdesk.config.data import Data
from pipeline.init import odd_labels
from pipeline.init.proposal import Proposal
from pipeline.init.survey import Survey
from pipeline.init.texts import Texts

_SHOWN = 10
_UNSPACED = 0.1
_TEXT = 60


def about_header(survey: Survey) -> str:
    """Says what was decided about the first row, and how to change the decision.

    Args:
        survey: the survey of the file.

    Returns:
        One sentence; "" for a format that has no header.
    """
    if not survey.header:
        return ""
    names = ", ".join(list(survey.columns)[:_SHOWN])
    if not survey.header.present:
        sentence = f"none: the columns are named {names}"
        return sentence + (
            "; if the first row is a header, add --header"
            if not survey.header.given
            else ""
        )
    sentence = f"the first row names the columns: {names}"
    if survey.header.doubtful:
        sentence += "; if it is a row of data, add --no-header"
    if survey.repeated:
        sentence += f"; {_rows(survey.repeated)} repeat it and will not be used"
    return sentence


def about_labels(proposal: Proposal) -> list[str]:
    """Names labels that are probably mistakes.

    Args:
        proposal: what the columns mean.

    Returns:
        A sentence for each finding, with the number of rows and what to do.
    """
    labels = proposal.labels
    cells: Mapping[str, int] = (
        proposal.survey.columns[proposal.label_column].values or {}
    )
    found = []
    if proposal.missing:
        found.append(
            f"{_counted(proposal.missing, proposal.missing)} look like missing values: "
            "they are left out of data.labels, and their rows are not used; if one is "
            "a label, add it there"
        )
    for label in odd_labels.perhaps_missing(labels):
        found.append(
            f"{_counted([label], labels)} may stand for a missing value, but is kept "
            "as a label; if it does, remove it from data.labels"
        )
    for other, label in proposal.spellings.items():
        found.append(
            f"{_counted([other, label], cells)} are the same number; both are read as "
            f"{label!r}"
        )
    for group, difference in odd_labels.alike(labels):
        found.append(
            f"{_counted(group, labels)} differ only in {difference}, but are "
            f"{len(group)} labels; if they mean the same, use one spelling in the data"
        )
    return found


def about_lost_rows(texts: Texts) -> list[str]:
    """Says how many rows `run` will not use, and whether that stops it.

    Args:
        texts: the statistics of the rows.

    Returns:
        One sentence if `run` would stop at the default of data.max_bad_rows, else
        none.
    """
    limit = Data.model_fields["max_bad_rows"].default
    if texts.lost_share <= limit:
        return []
    enough = min(1.0, round(texts.lost_share + 0.005, 2))
    reasons = [f"{rows:,} {reason}" for reason, rows in texts.reasons.most_common()]
    return [
        f"{texts.lost:,} of {_rows(texts.rows)} ({texts.lost_share:.1%}) cannot be "
        f"used ({', '.join(reasons)}), and `run` stops above {limit:.1%}; fix them, or "
        f"set data.max_bad_rows = {enough}"
    ]


def about_texts(texts: Texts) -> list[str]:
    """Names problems that keep a model from learning from the texts.

    Args:
        texts: the statistics of the rows.

    Returns:
        A sentence for each finding, with the number of rows and what to do.
    """
    found = []
    if texts.conflicts:
        text, labels = next(iter(texts.conflicts.items()))
        found.append(
            f"{_rows(texts.conflicting_rows)} contain {len(texts.conflicts):,} texts "
            f"that have different labels in different rows, such as {_cut(text)!r} "
            f"({_counted(labels, labels)}); keep one label for each text "
            "(gate.max_conflict_share limits the share of such rows)"
        )
    if texts.enclosed:
        found.append(
            f"{_rows(texts.enclosed)} have a text in quotes that contains doubled "
            "quotes, as programs write cells with quotes; if quotes enclose cells, add "
            "--quoting standard"
        )
    if texts.unspaced_share > _UNSPACED:
        found.append(
            f"{texts.unspaced_share:.0%} of the texts have no spaces between words, as "
            "in Chinese, Japanese or Thai; the tokenizer `words` splits only at "
            "spaces, so the model learns little: put spaces between words, or use "
            'a pretrained encoder (model.encoder.kind = "checkpoint")'
        )
    return found


def _counted(names: Iterable[str], rows: Mapping[str, int]) -> str:
    shown = [f"{name!r} ({rows[name]:,})" for name in names]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else text[: _TEXT - 3] + "..."
