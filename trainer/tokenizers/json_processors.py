"""The post-processor of tokenizer.json: ids around a text."""

from trainer.tokenizers.part import Part, shown

_BUILT_IN = "BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing"


def read(part: Part) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Reads what a text gets at its ends.

    Args:
        part: the object.

    Returns:
        Ids before a text, and after it.

    Raises:
        DataError: the post-processor is not built in.
    """
    if part.type == "Sequence":
        first: tuple[int, ...] = ()
        last: tuple[int, ...] = ()
        for one in part.parts("processors"):
            before, after = read(one)
            first, last = before + first, last + after
        return first, last
    if part.type == "TemplateProcessing":
        return _template(part)
    if part.type in ("BertProcessing", "RobertaProcessing"):
        return (_id(part, "cls"),), (_id(part, "sep"),)
    # Only moves offsets.
    if part.type == "ByteLevel":
        return (), ()
    part.unknown(_BUILT_IN)


def _id(part: Part, key: str) -> int:
    found = part.get(key)
    if not isinstance(found, list) or len(found) != 2 or type(found[1]) is not int:
        part.refuse(
            key, f"is {shown(found)}, not a token and its id; fetch the file again"
        )
    return found[1]


def _template(part: Part) -> tuple[tuple[int, ...], tuple[int, ...]]:
    known = part.of_kind("special_tokens", dict, {})
    ends: list[list[int]] = [[]]
    for step in part.of_kind("single", list):
        kind, settings = _step(part, step)
        if kind == "Sequence":
            ends.append([])
            continue
        token = known.get(settings.get("id"))
        ids = token.get("ids") if isinstance(token, dict) else None
        if not isinstance(ids, list) or not all(type(number) is int for number in ids):
            part.refuse(
                "special_tokens",
                f"has no ids for {shown(settings.get('id'))}, which single names; "
                "fetch the file again",
            )
        ends[-1] += ids
    if len(ends) != 2:
        part.refuse("single", "must have the text once; use another checkpoint")
    return tuple(ends[0]), tuple(ends[1])


def _step(part: Part, step: object) -> tuple[str, dict[str, object]]:
    if isinstance(step, dict) and len(step) == 1:
        kind, settings = next(iter(step.items()))
        if kind in ("Sequence", "SpecialToken") and isinstance(settings, dict):
            if settings.get("type_id", 0) != 0:
                part.refuse(
                    "single",
                    "has another type_id than 0, and texts have one token type; use "
                    "another checkpoint",
                )
            return kind, settings
    part.refuse(
        "single", f"has {shown(step)}, which is not built in; use another checkpoint"
    )
