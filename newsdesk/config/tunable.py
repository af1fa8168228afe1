"""Checks which keys of a configuration can be tuned, and with which values."""

import difflib
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from newsdesk.config.model import Model
from newsdesk.config.sentences import sentence
from newsdesk.config.train import Optimizer, Train
from newsdesk.config.tune import Searched, Tune

_TOKENS = "decides the token ids, which are made once before all trials"
_COMPUTING = "decides how a training is computed, not how good the model is"
_MEASURE = "decides how trials are measured, so all must have the same value"
_REFUSED: Mapping[str, str] = {
    "model.encoder.kind": _TOKENS,
    "model.encoder.path": _TOKENS,
    "model.encoder.preprocess": _TOKENS,
    "model.encoder.allow_operations": "permits operations, and does not make a model",
    "model.encoder.recompute": _COMPUTING,
    "train.calibrate": "does not change what a model answers",
    "train.checkpoint_steps": _COMPUTING,
    "train.max_minutes": _MEASURE,
    "train.memory_rows": _COMPUTING,
    "train.seed": "is chance: the best seed on eval is not better on other rows",
    "train.select_by": _MEASURE,
    "train.strategy": _COMPUTING,
    "train.xla": _COMPUTING,
}


class Tunable(BaseModel):
    """The sections whose keys can be tuned; other sections are ignored."""

    optimizer: Optimizer
    train: Train
    model: Model


def check(sections: BaseModel, tune: Tune) -> None:
    """Refuses a search space that trials cannot use.

    Args:
        sections: has the sections optimizer, train and model.
        tune: the tune section.

    Raises:
        ValueError: names the key in tune.space and what is wrong.
    """
    keys = dict(_keys(sections))
    for key, searched in tune.space.items():
        _check_key(key, keys)
        _check_values(key, searched, keys[key])
    if tune.epochs and "train.epochs" in tune.space:
        raise ValueError(
            "tune.epochs is the number of epochs of each trial, and tune.space has "
            "train.epochs; remove one of the two"
        )


def whole_keys(sections: BaseModel) -> frozenset[str]:
    """Finds the keys that accept only whole numbers.

    Args:
        sections: has the sections optimizer, train and model.

    Returns:
        The dotted keys.
    """
    return frozenset(
        key for key, field in _keys(sections) if float not in _types(field.annotation)
    )


def _keys(sections: BaseModel) -> Iterator[tuple[str, FieldInfo]]:
    """Every key of the sections that decide a training."""
    for name in Tunable.model_fields:
        yield from _keys_below(name, getattr(sections, name))


def _keys_below(name: str, section: BaseModel) -> Iterator[tuple[str, FieldInfo]]:
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        if isinstance(value, BaseModel):
            yield from _keys_below(f"{name}.{key}", value)
        else:
            yield f"{name}.{key}", field


def _check_key(key: str, keys: Mapping[str, FieldInfo]) -> None:
    if key in _REFUSED:
        raise ValueError(f"tune.space: {key!r} cannot be tuned: it {_REFUSED[key]}")
    if key in keys:
        return
    section = key.partition(".")[0]
    if section == "text":
        raise ValueError(
            f"tune.space: {key!r} cannot be tuned: it {_TOKENS}; compare runs with "
            f"--set {key}=VALUE instead"
        )
    close = difflib.get_close_matches(key, [one for one in keys if one not in _REFUSED])
    hint = f"did you mean {close[0]!r}?" if close else "use a key of these sections"
    raise ValueError(
        f"tune.space: {key!r} is not a key of optimizer, train or model; {hint}"
    )


def _check_values(key: str, searched: Searched, field: FieldInfo) -> None:
    if searched.values is None and not {int, float} & _types(field.annotation):
        raise ValueError(
            f"tune.space: {key!r} has no range, because its values are not numbers; "
            'write values = ["...", "..."]'
        )
    adapter: TypeAdapter[Any] = TypeAdapter(_annotated(field))
    given: dict[str, Any] = {"low": searched.low, "high": searched.high}
    if searched.values is not None:
        given = {f"value {at + 1}": value for at, value in enumerate(searched.values)}
    elif searched.step is not None:
        given["low + step"] = searched.low + searched.step  # type: ignore[operator]
    for name, value in given.items():
        try:
            adapter.validate_python(value, strict=True)
        except ValidationError as error:
            raise ValueError(
                f"tune.space: {key!r}: {name} = {value!r}: "
                f"{sentence(error.errors()[0])}"
            ) from None


def _annotated(field: FieldInfo) -> Any:
    found: Any = field.annotation
    for limit in field.metadata:
        found = Annotated[found, limit]
    return found


def _types(annotation: Any) -> set[Any]:
    """The types of an annotation, without None."""
    if get_origin(annotation) in (Union, types.UnionType):
        return {one for part in get_args(annotation) for one in _types(part)}
    return {annotation} - {type(None)}
