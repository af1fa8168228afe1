"""Makes the learning curves of a report from what the training wrote down."""

from newsdesk.report.content import Epoch, Learning
from newsdesk.training import Training


def learning(training: Training) -> Learning:
    """Makes the section of a report about the training.

    Args:
        training: from the model card.

    Returns:
        The section; without epochs if an older release trained the model.
    """
    return Learning(
        epochs=[Epoch(**epoch.model_dump()) for epoch in training.course],
        best=training.best,
        sentence=training.sentence,
    )
