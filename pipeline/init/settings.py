"""Chooses settings for what was seen in the data, and says why."""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from components.text_example_gen import named
from newsdesk.config.data import Data
from newsdesk.config.gate import Gate
from newsdesk.config.model import Model
from newsdesk.errors import DataError
from pipeline.init.lengths import length_of
from pipeline.init.proposal import Proposal
from pipeline.init.texts import Texts

# Each split needs a text of its own.
MIN_TEXTS = 3
# Above this share, a person must decide whether the rest is worth training on.
MOST_BAD_ROWS = 0.2
# From this share on, the tokenizer `words` does not find the words of the texts.
UNSPACED = 0.1
_FEW_ROWS = 1_000
_SMALL_BATCH = 8
_WIDEST_HEAD = 256
_NAMED = 10


class Setting(NamedTuple):
    """One line of the configuration.

    Attributes:
        section: the name of the section.
        key: the key in the section.
        value: a value that TOML can express.
        why: the reason for the value, for the comment before the line.
    """

    section: str
    key: str
    value: Any
    why: str


def choose(proposal: Proposal, texts: Texts) -> list[Setting]:
    """Chooses every setting whose default does not fit the data.

    Args:
        proposal: what the columns mean.
        texts: the statistics of the rows; without rows, only the labels decide.

    Returns:
        The settings, in the order of the configuration.
    """
    return [
        *_splits(proposal),
        *_data(texts),
        *_text(texts),
        *_model(proposal),
        *_train(proposal, texts),
        *_gate(texts),
        *_evaluation(proposal),
    ]


def tiny_classes(texts: Texts) -> dict[str, int]:
    """Finds labels that have too few texts for three splits.

    Args:
        texts: the statistics of the rows.

    Returns:
        The number of different texts of each such label.
    """
    return {name: n for name, n in sorted(texts.distinct.items()) if n < MIN_TEXTS}


def enough_bad_rows(texts: Texts) -> float:
    """Returns the smallest round value of data.max_bad_rows that lets a run continue.

    Args:
        texts: the statistics of the rows.
    """
    return min(1.0, math.ceil(100 * texts.lost_share) / 100)


def _splits(proposal: Proposal) -> Iterator[Setting]:
    inputs = proposal.survey.inputs
    if inputs.splits:
        return
    try:
        above = named.folder_above(str(proposal.survey.file))
        named.by_split(sorted(inputs.files), above)
    except DataError:
        why = (
            "only some names of the files say a split, so the rows of all files are "
            "divided; to keep the files apart, replace this by data.splits, such as "
            '{ train = "FILE", test = "FILE" }'
        )
        yield Setting("data", "named_splits", "off", why)


def _data(texts: Texts) -> Iterator[Setting]:
    default = Data.model_fields["max_bad_rows"].default
    if default < texts.lost_share <= MOST_BAD_ROWS:
        why = (
            f"{texts.lost:,} of {texts.rows:,} rows cannot be used "
            f"({texts.reasons_shown}); a run stops above this share"
        )
        yield Setting("data", "max_bad_rows", enough_bad_rows(texts), why)


def _text(texts: Texts) -> Iterator[Setting]:
    used = texts.words.total()
    if not used:
        return
    if texts.unspaced_share > UNSPACED:
        why = (
            f"{texts.unspaced_share:.0%} of the texts have no spaces between words, so "
            "pieces of words are learned"
        )
        yield Setting("text", "tokenizer", "pieces", why)
        return
    length = length_of(texts)
    longer = texts.longer_than(length)
    share = (used - longer) / used
    why = f"no text has more words: the longest has {max(texts.words):,}"
    if longer:
        why = (
            f"{share:.1%} of the texts have at most this many words; the end of "
            f"{longer:,} longer ones is cut (the longest has {max(texts.words):,})"
        )
    yield Setting("text", "max_length", length, why)


def _model(proposal: Proposal) -> Iterator[Setting]:
    classes, default = len(proposal.labels), Model.model_fields["head_width"].default
    if classes > default:
        why = f"{classes:,} labels need more units than the default of {default}"
        yield Setting("model", "head_width", min(2 * classes, _WIDEST_HEAD), why)


def _train(proposal: Proposal, texts: Texts) -> Iterator[Setting]:
    used = texts.words.total()
    if 0 < used < _FEW_ROWS:
        why = f"only {used:,} rows: small batches give more steps in an epoch"
        yield Setting("train", "batch_size", _SMALL_BATCH, why)
    if not proposal.is_imbalanced:
        return
    counts = proposal.labels
    small, *_, large = sorted(counts, key=counts.__getitem__)
    seen = f"{large!r} has {counts[large]:,} rows, {small!r} {counts[small]:,}"
    why = f"{seen}: without weights, a model may never predict the rare labels"
    yield Setting("train", "class_weights", "balanced", why)
    why = "the best epoch is the one that is good on every label"
    yield Setting("train", "select_by", "macro_f1", why)


def _gate(texts: Texts) -> Iterator[Setting]:
    most = Gate.model_fields["max_duplicate_share"].default
    if texts.duplicate_share > most:
        why = (
            f"{texts.duplicate_share:.0%} of the rows repeat the text of another row; "
            "equal texts are always in the same split"
        )
        limit = min(1.0, math.ceil(10 * texts.duplicate_share + 1) / 10)
        yield Setting("gate", "max_duplicate_share", limit, why)
    empty = texts.words[0] / max(texts.words.total(), 1)
    if empty > Gate.model_fields["max_empty_share"].default:
        why = f"{empty:.1%} of the texts have no word, only punctuation"
        limit = min(1.0, math.ceil(100 * empty + 1) / 100)
        yield Setting("gate", "max_empty_share", limit, why)
    if tiny := tiny_classes(texts):
        names = ", ".join(map(repr, islice(tiny, _NAMED)))
        more = ", ..." if len(tiny) > _NAMED else ""
        why = (
            f"{names}{more}: fewer than {MIN_TEXTS} different texts, so the split that "
            "decides may have none"
        )
        yield Setting("gate", "min_tested_rows", "off", why)


def _evaluation(proposal: Proposal) -> Iterator[Setting]:
    largest = max(proposal.labels, key=proposal.labels.__getitem__)
    share = proposal.largest_share
    why = (
        f"Always predicting {largest!r} has accuracy {share:.3f}; "
        "a model must be better to be pushed."
    )
    yield Setting("evaluation", "min_accuracy", proposal.min_accuracy, why)
    if proposal.is_imbalanced:
        # The F1 of the only predicted label, over all labels.
        constant = 2 * share / (1 + share) / len(proposal.labels)
        why = (
            f"Always predicting {largest!r} has macro F1 {constant:.3f}: it shows what "
            "accuracy hides, because every label counts the same."
        )
        limit = round(constant + (1 - constant) / 3, 2)
        yield Setting("evaluation", "min_macro_f1", limit, why)
