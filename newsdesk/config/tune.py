"""The tune section: which keys of the configuration are tuned, and how."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from newsdesk.config.section import Section
from newsdesk.config.train import SelectBy

Number = Annotated[float, Field(allow_inf_nan=False)]
Value = bool | int | float | str
_FORM = frozenset({"low", "high", "log", "step", "values"})


class Searched(Section):
    """The values that a key may have: a range of numbers, or a list."""

    low: int | Number | None = None
    """The lowest value."""
    high: int | Number | None = None
    """The highest value."""
    log: bool = False
    """Whether small numbers are tried as often as large ones."""
    step: int | Number | None = Field(None, gt=0)
    """Distance between the values that are tried."""
    values: list[Value] | None = Field(None, min_length=1)
    """The values, instead of a range."""

    @model_validator(mode="after")
    def _is_a_range_or_a_list(self) -> "Searched":
        is_range = self.low is not None and self.high is not None
        if self.values is not None:
            parts = (self.low, self.high, self.step)
            if self.log or any(part is not None for part in parts):
                raise ValueError(
                    "has values and a part of a range; keep either values, or low and "
                    "high"
                )
        elif not is_range:
            raise ValueError("needs low and high, or values")
        elif self.low >= self.high:  # type: ignore[operator]
            raise ValueError(f"low = {self.low} must be below high = {self.high}")
        elif self.log and self.low <= 0:  # type: ignore[operator]
            raise ValueError(f"low = {self.low} must be above 0, because log is true")
        elif self.log and self.step is not None:
            raise ValueError("has log and step; remove one of the two")
        return self


def _is_part(value: Any) -> bool:
    """Whether a value is a part of a key, and not what is searched."""
    if not isinstance(value, dict) or not value or _FORM & value.keys():
        return False
    return all(isinstance(inner, dict) for inner in value.values())


def _with_dotted_keys(space: Any) -> Any:
    """Joins the parts of keys: TOML divides a key without quotes at its dots."""
    if not isinstance(space, dict):
        return space
    found: dict[str, Any] = {}
    for name, value in space.items():
        if _is_part(value):
            below = _with_dotted_keys(value)
            found |= {f"{name}.{key}": inner for key, inner in below.items()}
        else:
            found[name] = value
    return found


class Tune(Section):
    """Tries several values of some keys, and trains with the best.

    The first trial has the values of the configuration. The metric is that of the epoch
    whose weights the model has.
    """

    space: Annotated[
        dict[str, Searched], Field(min_length=1), BeforeValidator(_with_dotted_keys)
    ]
    """The keys that are tuned, each with its values."""
    trials: int = Field(20, ge=2)
    """How many trainings are tried."""
    metric: SelectBy = "accuracy"
    """The figure on the eval split that decides."""
    prune: bool = True
    """Whether a trial ends that is worse than half of the others after an epoch."""
    epochs: int | None = Field(None, ge=1)
    """Epochs of a trial, instead of train.epochs."""
    seed: int = Field(42, ge=0, le=2**31 - 1)
    """Seed of the values that are tried."""


def with_values(
    sections: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Replaces values of a configuration.

    Args:
        sections: the sections, by name.
        values: the new values, by dotted key.

    Returns:
        The sections with the new values; the given ones are not changed.
    """
    changed = dict(sections)
    for key, value in values.items():
        first, _, rest = key.partition(".")
        inner = with_values(changed.get(first) or {}, {rest: value}) if rest else value
        changed[first] = inner
    return changed


def value_of(sections: Mapping[str, Any], key: str) -> Any:
    """Finds the value of a key.

    Args:
        sections: the sections, by name.
        key: a dotted key.

    Returns:
        Its value; None if it has none.
    """
    found: Any = sections
    for name in key.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
