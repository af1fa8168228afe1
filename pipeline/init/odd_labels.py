"""Finds labels that are probably mistakes."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from newsdesk.config.numeric_labels import name_value

# The strings that pandas reads as a missing value.
_MISSING = {
    *("#N/A", "#N/A N/A", "#NA", "-NaN", "-nan", "<NA>", "N/A", "NA", "NULL", "NaN"),
    *("NaT", "None", "n/a", "nan", "null"),
}
# Further strings that may be a missing value, but are also used as labels.
_PERHAPS_MISSING = {
    *("-", "--", "?", "missing", "nil", "undefined", "unknown", "unk"),
    *map(str.lower, _MISSING),
}
_SEPARATORS = ",;|"


def missing(labels: Iterable[str]) -> list[str]:
    """Finds labels that programs write for a missing value, such as nan or N/A.

    Args:
        labels: the labels.

    Returns:
        The labels found, in order; none if fewer than two labels would be left.
    """
    labels = list(labels)
    found = [label for label in labels if label in _MISSING]
    return found if len(labels) - len(found) >= 2 else []


def perhaps_missing(labels: Iterable[str]) -> list[str]:
    """Finds labels that may stand for a missing value, such as -1 among 0, 1, 2.

    Args:
        labels: the labels.

    Returns:
        The labels found, in order.
    """
    labels = list(labels)
    found = [label for label in labels if label.lower() in _PERHAPS_MISSING]
    values = {
        label: value for label in labels if (value := name_value(label)) is not None
    }
    below = [label for label, value in values.items() if value < 0]
    # Some programs write two classes as -1 and 1.
    two_classes = len(labels) == 2 and set(values.values()) == {-1, 1}
    if [values[label] for label in below] == [-1] and not two_classes:
        found += below
    return found


def same_number(labels: Iterable[str]) -> list[list[str]]:
    """Finds labels that are different spellings of one number, such as 1 and 1.0.

    Args:
        labels: the labels.

    Returns:
        Groups of at least two, the shortest name first.
    """
    groups: dict[Decimal, list[str]] = defaultdict(list)
    for label in labels:
        value = name_value(label)
        if value is not None:
            groups[value].append(label)
    return [
        sorted(group, key=lambda label: (len(label), label))
        for group in groups.values()
        if len(group) > 1
    ]


def alike(labels: Iterable[str]) -> list[tuple[list[str], str]]:
    """Finds labels that look the same to a reader, such as SPORT and sport.

    Args:
        labels: the labels.

    Returns:
        Groups of at least two, each with the kind of the difference.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        groups[_plain(label)].append(label)
    return [
        (sorted(group), _difference(group))
        for group in groups.values()
        if len(group) > 1
    ]


def merged(labels: Mapping[str, int]) -> dict[str, list[str]]:
    """Proposes one spelling for labels that look the same.

    Args:
        labels: the number of rows of each label.

    Returns:
        A value for data.merge_labels: the most frequent spelling, with the others.
    """
    found = {}
    for group, _ in alike(labels):
        usual = max(group, key=labels.__getitem__)
        found[usual] = [label for label in group if label != usual]
    return found


def joined(labels: Mapping[str, int]) -> tuple[str, str, list[str]] | None:
    """Finds cells that contain several labels, such as "b,c,d".

    Args:
        labels: the number of rows of each label.

    Returns:
        The separator, an example, and the single labels; None if there are no such
        cells. "Food, Drink" is one label if neither part occurs in another label.
    """
    for separator in _SEPARATORS:
        parts = {label: _parts(label, separator) for label in labels}
        several = [label for label in labels if len(parts[label]) > 1]
        single = sorted({part for label in several for part in parts[label]})
        shared = [
            part
            for part in single
            if sum(part in found for found in parts.values()) > 1
        ]
        if several and len(single) <= len(labels) and len(shared) > len(single) / 2:
            return separator, max(several, key=lambda label: len(parts[label])), single
    return None


def _parts(label: str, separator: str) -> set[str]:
    bare = label.strip("[]{}() ")
    return {part.strip(" '\"") for part in bare.split(separator)} - {""}


def _plain(label: str) -> str:
    return _one_case(_one_form(_one_space(label)))


def _one_case(label: str) -> str:
    return label.casefold()


def _one_space(label: str) -> str:
    visible = (char for char in label if unicodedata.category(char) != "Cf")
    return "".join("".join(visible).split())


def _one_form(label: str) -> str:
    return unicodedata.normalize("NFKC", label)


def _difference(group: list[str]) -> str:
    ways: dict[str, Callable[[str], str]] = {
        "case": _one_case,
        "space": _one_space,
        "Unicode form": _one_form,
    }
    for name, way in ways.items():
        if len(set(map(way, group))) == 1:
            return name
    return "case, space or Unicode form"
