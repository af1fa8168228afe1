"""The evaluation section: limits for models."""

from pydantic import Field

from newsdesk.config.section import Section, Share


class Evaluation(Section):
    """Limits that a model must keep on the tested split to be pushed.

    A drop is a loss below the model in service, on the same rows: of accuracy and macro
    F1 overall, of the F1 of each class, of the accuracy of each slice. It counts only
    if chance does not explain it.
    """

    min_accuracy: float = Field(0.5, gt=0.0, le=1.0)
    """Lowest accuracy."""
    min_macro_f1: Share = 0.0
    """Lowest macro F1."""
    min_class_recall: Share = 0.01
    """Lowest recall of each class; 0 turns the rule off."""
    max_loss: float | None = Field(None, gt=0.0)
    """Highest cross entropy, in nats."""
    max_ece: float | None = Field(None, gt=0.0, le=1.0)
    """Highest expected calibration error: how far probabilities are from the share of
    right answers; chance alone gives about 0.06 on 100 rows, 0.04 on 200 and 0.02 on
    1,300."""
    max_drop: Share = 0.01
    """Largest drop of accuracy and macro F1 below the model in service; 1 turns the
    rule off, also for `compare_with_last`."""
    max_class_drop: Share = 0.05
    """Largest drop of the F1 of a class; 1 turns the rule off."""
    max_slice_drop: Share = 0.05
    """Largest drop of the accuracy in a slice of `data.slice_columns`; 1 turns the rule
    off."""
    confidence: float = Field(0.95, ge=0.5, lt=1.0)
    """A difference is significant if two equal models differ as much with probability
    `1 - confidence` or less."""
    min_class_rows: int = Field(30, ge=1)
    """With fewer rows, figures of a class or slice are shown and do not decide."""
    compare_with_last: int = Field(20, ge=0)
    """How many of the last pushes can be the best one, which is compared with as well;
    0 compares only with the model in service."""
