"""Checks the labels that are dropped or merged, because their classes are too small."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence


def check(
    labels: Sequence[str], dropped: Sequence[str], merged: Mapping[str, Sequence[str]]
) -> None:
    """Refuses labels that cannot be dropped or merged.

    Args:
        labels: data.labels, as it was written.
        dropped: data.drop_labels.
        merged: data.merge_labels.

    Raises:
        ValueError: says which label is wrong, and what to do.
    """
    removed = [("drop_labels", name) for name in dropped]
    removed += [("merge_labels", name) for names in merged.values() for name in names]
    for key, name in removed:
        if name not in labels:
            raise ValueError(f"{key}: {_unknown(name, labels)}")
    names = [name for _, name in removed]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"drop_labels and merge_labels have {twice[0]!r} twice; a label can be "
            "dropped once, or merged into one other label"
        )
    for target in merged:
        if target not in labels:
            raise ValueError(
                f"merge_labels: {_unknown(target, labels)}; add it to data.labels to "
                "make it a new class"
            )
        if target in names:
            raise ValueError(
                f"merge_labels: {target!r} gets other labels, so it cannot be dropped "
                "or merged itself; remove one of them"
            )
    if len(labels) - len(names) < 2:
        raise ValueError(
            f"drop_labels and merge_labels leave {len(labels) - len(names)} of "
            f"{len(labels)} labels; a classifier needs at least two"
        )


def override(
    small: Iterable[str], labels: Sequence[str], dropped: Sequence[str]
) -> str:
    """Writes the option of `newsdesk run` that leaves out more labels.

    Args:
        small: the labels to leave out.
        labels: the classes.
        dropped: the labels that are left out already.

    Returns:
        A value for --set; "" if fewer than two labels would remain.
    """
    names = [name for name in labels if name in set(small)]
    if len(labels) - len(names) < 2:
        return ""
    listed = json.dumps([*dropped, *names], ensure_ascii=False)
    return f"data.drop_labels={listed}"


def _unknown(name: str, labels: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, labels, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{name!r} is not in data.labels{hint}"
