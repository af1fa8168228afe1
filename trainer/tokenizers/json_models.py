"""Model and pre-tokenizer of tokenizer.json, which belong together."""

from collections.abc import Iterator
from typing import Any

from trainer.tokenizers import merges as byte_merges
from trainer.tokenizers.part import Part, shown
from trainer.tokenizers.spec import ByteBpe, Unigram, WordPiece

# How the library writes what a mark of SentencePiece stands for.
MARK = "▁"


def read(
    model: Part, cutter: Part
) -> tuple[dict[int, str], WordPiece | ByteBpe | Unigram]:
    """Reads a model with the rules by which texts are cut into its words.

    Args:
        model: the object `model`.
        cutter: the object `pre_tokenizer`.

    Returns:
        The tokens by their ids; and the model.

    Raises:
        DataError: either is not built in, or one does not fit the other.
    """
    # Older releases wrote no type.
    kind = model.type or ("BPE" if model.get("merges") is not None else "WordPiece")
    if kind == "WordPiece":
        return _vocabulary(model), _word_piece(model, cutter)
    if kind == "BPE":
        names = _vocabulary(model)
        return names, _byte_bpe(model, cutter, names)
    if kind == "Unigram":
        return _unigram(model, cutter)
    model.unknown("byte-level BPE, Unigram, WordPiece")


def _vocabulary(model: Part) -> dict[int, str]:
    found: dict[int, str] = {}
    for name, number in model.of_kind("vocab", dict).items():
        if type(number) is not int or number < 0:
            model.refuse(
                "vocab",
                f"has the id {shown(number)} for {shown(name)}; fetch the file again",
            )
        if number in found:
            model.refuse(
                "vocab",
                f"has the id {number} for {shown(found[number])} and {shown(name)}; "
                "fetch the file again",
            )
        found[number] = name
    return found


def _word_piece(model: Part, cutter: Part) -> WordPiece:
    if cutter.type != "BertPreTokenizer":
        cutter.unknown("BertPreTokenizer for WordPiece")
    model.only("max_input_chars_per_word", 100)
    prefix = model.of_kind("continuing_subword_prefix", str, "##")
    unknown = model.of_kind("unk_token", str)
    if unknown not in model.get("vocab"):
        model.refuse(
            "unk_token",
            f"is {shown(unknown)}, which vocab does not have; use files of "
            "one checkpoint",
        )
    return WordPiece(prefix, unknown)


def _byte_bpe(model: Part, cutter: Part, names: dict[int, str]) -> ByteBpe:
    if cutter.type != "ByteLevel":
        cutter.unknown("ByteLevel for BPE")
    cutter.only("use_regex", True)
    model.only("dropout", None)
    model.only("continuing_subword_prefix", None, "")
    model.only("end_of_word_suffix", None, "")
    model.only("byte_fallback", False)
    model.only("ignore_merges", False)
    merges = tuple(_pairs(model))
    byte_merges.check(model, set(names.values()), merges)
    return ByteBpe(merges, cutter.only("add_prefix_space", True, False))


def _pairs(model: Part) -> Iterator[tuple[str, str]]:
    for number, pair in enumerate(model.of_kind("merges", list)):
        # Older releases wrote them as lines of merges.txt.
        halves = pair.split(" ") if isinstance(pair, str) else pair
        if (
            not isinstance(halves, list)
            or len(halves) != 2
            or not all(isinstance(half, str) and half for half in halves)
        ):
            model.refuse(
                f"merges[{number}]",
                f"is {shown(pair)}, which is not a pair of tokens; fetch the file "
                "again",
            )
        yield halves[0], halves[1]


def _unigram(model: Part, cutter: Part) -> tuple[dict[int, str], Unigram]:
    model.only("byte_fallback", False)
    names: dict[int, str] = {}
    scores: list[float] = []
    for number, entry in enumerate(model.of_kind("vocab", list)):
        if not _is_scored(entry):
            model.refuse(
                f"vocab[{number}]",
                f"is {shown(entry)}, which is not a token with its score; "
                "fetch the file again",
            )
        names[number] = entry[0]
        scores.append(float(entry[1]))
    unknown = model.of_kind("unk_id", int)
    if unknown not in names:
        model.refuse(
            "unk_id",
            f"is {unknown}, and vocab has {len(names):,} tokens; use files of "
            "one checkpoint",
        )
    splits_white_space, mark = _marking(cutter)
    return names, Unigram(
        tuple(scores),
        unknown,
        splits_white_space,
        marks_first=_marks_first(mark),
        splits_at_marks=mark.only("split", True, False),
    )


def _is_scored(entry: Any) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == 2
        and isinstance(entry[0], str)
        and bool(entry[0])
        and isinstance(entry[1], int | float)
    )


def _marking(cutter: Part) -> tuple[bool, Part]:
    """Finds whether white space cuts texts, and the object that marks words."""
    steps = (
        list(cutter.parts("pretokenizers")) if cutter.type == "Sequence" else [cutter]
    )
    types = [step.type for step in steps]
    if types not in (["Metaspace"], ["WhitespaceSplit", "Metaspace"]):
        cutter.refuse(
            "",
            f"is {' and '.join(types) or 'empty'}, which is not built in (built in: "
            "Metaspace, alone or after WhitespaceSplit); use another checkpoint",
        )
    steps[-1].only("replacement", MARK)
    return len(steps) > 1, steps[-1]


def _marks_first(mark: Part) -> bool:
    # Older releases had a boolean.
    if mark.get("prepend_scheme") is None:
        return mark.only("add_prefix_space", True, False)
    return mark.only("prepend_scheme", "always", "never") == "always"
