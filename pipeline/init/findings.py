"""Sentences about the data that the user should read before the first run."""

from collections.abc import Iterable, Mapping

from newsdesk.config.data import Data
from newsdesk.config.gate import Gate
from pipeline.init import odd_labels
from pipeline.init.lengths import too_long
from pipeline.init.proposal import Proposal
from pipeline.init.settings import (
    MIN_TEXTS,
    MOST_BAD_ROWS,
    UNSPACED,
    enough_bad_rows,
    tiny_classes,
)
from pipeline.init.texts import Texts

_SHOWN = 10
_FILES = 5
_TEXT = 60


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
            f"{len(group)} labels; if they mean the same, merge them "
            "(data.merge_labels; newsdesk.toml has the line)"
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
    enough = enough_bad_rows(texts)
    lost = (
        f"{texts.lost:,} of {_rows(texts.rows)} ({texts.lost_share:.1%}) cannot be "
        f"used ({texts.reasons_shown})"
    )
    if texts.lost_share <= MOST_BAD_ROWS:
        return [f"{lost}; data.max_bad_rows = {enough} lets `run` leave them out"]
    return [
        f"{lost}, and `run` stops above {limit:.1%}; fix them, or set "
        f"data.max_bad_rows = {enough}"
    ]


def about_tiny_classes(texts: Texts) -> list[str]:
    """Names labels with too few texts, and the choices.

    Args:
        texts: the statistics of the rows.

    Returns:
        One sentence if there are such labels, else none.
    """
    tiny = tiny_classes(texts)
    if not tiny:
        return []
    return [
        f"{_counted(tiny, tiny)}: fewer than {MIN_TEXTS} different texts, but train, "
        "eval and test need one each; add rows, merge them with another label "
        "(data.merge_labels), or leave them out (data.drop_labels)"
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
            f"({_counted(labels, labels)}); keep one label for each text"
            f"{_stops(texts)}"
        )
    if texts.enclosed:
        found.append(
            f"{_rows(texts.enclosed)} have a text in quotes that contains doubled "
            "quotes, as programs write cells with quotes; if quotes enclose cells, add "
            "--quoting standard"
        )
    length, longer = too_long(texts)
    if longer and texts.unspaced_share <= UNSPACED:
        found.append(
            f"{_rows(longer)} ({longer / texts.words.total():.1%}) have more than "
            f"{length} words, and the model does not read the end of their texts; if "
            "it matters, raise text.max_length (training takes longer)"
        )
    if texts.unspaced_share > UNSPACED:
        found.append(
            f"{texts.unspaced_share:.0%} of the texts have no spaces between words, as "
            'in Chinese, Japanese or Thai; text.tokenizer = "pieces" learns pieces of '
            "words, because `words` splits only at spaces and punctuation"
        )
    return found


def _stops(texts: Texts) -> str:
    limit = Gate.model_fields["max_conflict_share"].default
    if texts.conflicting_share <= limit:
        return f" (`run` stops above {limit:.0%} of such rows)"
    return (
        f": `run` stops above {limit:.0%} of such rows, and these are "
        f"{texts.conflicting_share:.0%} (gate.max_conflict_share)"
    )


def _counted(names: Iterable[str], rows: Mapping[str, int]) -> str:
    shown = [f"{name!r} ({rows[name]:,})" for name in names]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else text[: _TEXT - 3] + "..."
