"""The evaluation section: limits for models."""

from pydantic import Field

from newsdesk.config.section import Section, Share


class Evaluation(Section):
    """Limits that a model must keep on the tested split to be pushed.

    A drop is a loss below the model in service, on the same rows: of accuracy and macro
    F1 overall, of the F1 of each class, of the accuracy of each slice. It counts only
    if chance does not explain it, with the probability `confidence`. Figures of a class
    or slice with fewer than `min_class_rows` rows are shown, but do not decide.
    """

    min_accuracy: float = Field(0.5, gt=0.0, le=1.0)
    min_macro_f1: Share = 0.0
    min_class_recall: Share = 0.01
    max_loss: float | None = Field(None, gt=0.0)
    max_ece: float | None = Field(None, gt=0.0, le=1.0)
    max_drop: Share = 0.01
    max_class_drop: Share = 0.05
    max_slice_drop: Share = 0.05
    confidence: float = Field(0.95, ge=0.5, lt=1.0)
    min_class_rows: int = Field(30, ge=1)
    compare_with_last: int = Field(20, ge=0)
