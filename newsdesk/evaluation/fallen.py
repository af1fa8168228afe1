"""Whether a model in service fails on new rows."""

from collections.abc import Mapping

from newsdesk.evaluation.absolute_rules import ROUNDING


def least_in_service(when_pushed: Mapping[str, float], min_accuracy: float) -> float:
    """Computes the accuracy below which a model in service fails on new rows.

    Args:
        when_pushed: metrics of the model in the run that pushed it, if known.
        min_accuracy: `evaluation.min_accuracy`.

    Returns:
        The limit. If `min_accuracy` was raised above the accuracy that the model had
        when it was pushed, the rows are not at fault, and half of that accuracy counts.
    """
    reached = when_pushed.get("accuracy", 1.0)
    return min_accuracy if reached >= min_accuracy - ROUNDING else reached / 2


def has_fallen(
    now: Mapping[str, float], when_pushed: Mapping[str, float], min_accuracy: float
) -> bool:
    """Decides whether a model in service fails on new rows.

    Args:
        now: figures of the model on the tested rows of this run.
        when_pushed: see `least_in_service`.
        min_accuracy: `evaluation.min_accuracy`.

    Returns:
        Whether its accuracy is below the limit.
    """
    limit = least_in_service(when_pushed, min_accuracy)
    return now["accuracy"] < limit - ROUNDING
