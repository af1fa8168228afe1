"""Finds out from a graph's structure whether every call of it ends soon."""

from newsdesk.inspection.parsed import Parsed, called

_LOOPS = {"For", "NextIteration", "StatelessWhile", "While"}
# The largest encoder in use executes about ten thousand operations.
_MOST_STEPS = 10_000_000


def is_bounded(model: Parsed) -> bool:
    """Checks that a model has no loops, no recursion and not too many nested calls.

    Args:
        model: a SavedModel.

    Returns:
        False if a call may execute more operations than any text classifier needs.
    """
    if any(node.op in _LOOPS for _, node in model.everywhere()):
        return False
    steps: dict[str, int] = {}
    try:
        return all(_steps(name, model, steps, ()) for name in model.functions)
    except RecursionError:
        # No classifier nests its functions this deep.
        return False


def _steps(
    name: str, model: Parsed, steps: dict[str, int], callers: tuple[str, ...]
) -> int:
    """Counts the operations that a call of a function executes; 0 means too many."""
    if name in callers:
        return 0
    if name not in steps:
        total = 1
        for node in model.functions[name].node_def:
            total += 1
            for inner in called(node) & model.functions.keys():
                more = _steps(inner, model, steps, (*callers, name))
                total += more or _MOST_STEPS
        steps[name] = total if total <= _MOST_STEPS else 0
    return steps[name]
