"""Makes the learning curves of a report from what the training wrote down."""

from collections.abc import Mapping

from newsdesk.config.tune import Value
from newsdesk.report.content import Epoch, Learning
from newsdesk.training import Training
from newsdesk.tuning import changes


def learning(training: Training, tuned: Mapping[str, Value] | None = None) -> Learning:
    """Makes the section of a report about the training.

    Args:
        training: from the model card.
        tuned: the values that a tuning has found, by dotted key; also from the card.

    Returns:
        The section; without epochs if an older release trained the model.
    """
    return Learning(
        epochs=[Epoch(**epoch.model_dump()) for epoch in training.course],
        best=training.best,
        sentence=training.sentence,
        tuned=f"tuned: {changes(tuned)}" if tuned else "",
    )
