"""The content of a report; `metrics.json` is its form in JSON.

A run that stops early has fewer sections. A section that nothing was measured for is
None or empty, and the page leaves it out.
"""

import datetime

from pydantic import BaseModel, ConfigDict

from newsdesk.states import NodeState, RunState


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")


class Verdict(_Section):
    """What was decided.

    Attributes:
        state: the state of the run; RUNNING if it has not ended.
        sentence: what was decided and why, in one sentence.
        version: the version that was pushed.
        baseline: the version in service that it was compared with.
        refusals: why the candidate must not be pushed, one sentence each.
        shown: figures beyond a limit that rest on too few rows to decide.
        accepted: the user's reason to give up the model in service.
        next_step: what the user can do.
        next_command: a command that does it, to copy.
    """

    state: RunState
    sentence: str
    version: str | None = None
    baseline: str | None = None
    refusals: list[str] = []
    shown: list[str] = []
    accepted: str | None = None
    next_step: str | None = None
    next_command: str | None = None


class Limits(_Section):
    """Limits of the evaluation section for figures over all rows; None without one.

    Attributes:
        accuracy: the lowest accuracy of a model that is pushed.
        macro_f1: the lowest macro F1.
        loss: the highest loss.
        ece: the highest expected calibration error.
        drop: how far accuracy and macro F1 may be below those of the model in service,
            if chance does not explain it.
    """

    accuracy: float | None = None
    macro_f1: float | None = None
    loss: float | None = None
    ece: float | None = None
    drop: float | None = None


class Interval(_Section):
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


class Overall(_Section):
    """One figure over all tested rows.

    Attributes:
        name: `accuracy`, `macro F1` or `loss`.
        candidate: of the model that was trained.
        baseline: of the model in service on the same rows.
        change: candidate minus baseline, by paired bootstrap.
        p_value: that a difference at least as large arises if both models are equally
            good; McNemar's test for accuracy.
    """

    name: str
    candidate: Interval
    baseline: Interval | None = None
    change: Interval | None = None
    p_value: float | None = None


class ClassFigures(_Section):
    """Figures of one class, or of one slice."""

    name: str
    rows: int
    accuracy: float
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    baseline_f1: float | None = None
    baseline_accuracy: float | None = None


class ConfusedPair(_Section):
    """Rows of one class that the model takes for another.

    Attributes:
        label: the class in the data.
        predicted: the class that the model answers.
        rows: how many.
        share: of the rows with `label`.
        examples: texts of such rows, those with the highest probability first.
    """

    label: str
    predicted: str
    rows: int
    share: float
    examples: list[str] = []


class Confusion(_Section):
    """How often each class is answered for each class.

    Attributes:
        labels: names of the classes, in the order of the rows and columns.
        counts: [true class][answer]; of many classes, only those with most errors.
        left_out: how many classes are not in `counts`.
    """

    labels: list[str]
    counts: list[list[int]]
    left_out: int = 0


class DoubtfulLabel(_Section):
    """A row whose label is probably wrong.

    Attributes:
        place: `file:row`, or None if unknown.
        split: the split of the row.
        text: of the row.
        label: in the data.
        suggested: the label that the model would give it.
        doubt: the probability that another label is right, 0 to 1.
    """

    place: str | None = None
    split: str
    text: str
    label: str
    suggested: str
    doubt: float


class LabelCheck(_Section):
    """The rows whose labels are doubted most.

    Attributes:
        rows: how many rows were checked.
        doubted: how many of them have a label that is probably wrong.
        most_doubted: the first of them.
    """

    rows: int
    doubted: int
    most_doubted: list[DoubtfulLabel]


class CalibrationBin(_Section):
    """Rows whose answer has a probability within a range."""

    low: float
    high: float
    rows: int
    probability: float
    accuracy: float


class Calibration(_Section):
    """Whether the probability of an answer is the share of right answers.

    Attributes:
        temperature: the divisor of the logits in the exported model; 1 if it was not
            calibrated.
        ece: expected calibration error of the exported model.
        ece_before: the same without the temperature.
        bins: of the exported model.
        bins_before: without the temperature.
    """

    temperature: float = 1.0
    ece: float
    ece_before: float | None = None
    bins: list[CalibrationBin]
    bins_before: list[CalibrationBin] = []


class CoveragePoint(_Section):
    """What happens if answers below a probability go to a person.

    Attributes:
        probability: the least probability of an answer that the model gives itself.
        coverage: the share of rows that the model answers.
        accuracy: of these answers.
    """

    probability: float
    coverage: float
    accuracy: float


class Epoch(_Section):
    """One epoch of the training; losses in nats."""

    number: int
    loss: float
    eval_accuracy: float
    eval_loss: float | None = None
    eval_macro_f1: float | None = None
    learning_rate: float | None = None


class Learning(_Section):
    """The course of the training.

    Attributes:
        epochs: measured on eval, in order.
        best: the number of the epoch whose weights the model has.
        sentence: how the training ended.
        tuned: the values that a tuning has found; "" without one.
    """

    epochs: list[Epoch] = []
    best: int | None = None
    sentence: str = ""
    tuned: str = ""


class SplitRows(_Section):
    """Rows of a split, by label."""

    name: str
    rows: int
    by_label: dict[str, int]


class Lengths(_Section):
    """How long the texts of a split are.

    Attributes:
        split: the name of the split.
        edges: the bounds of the bars, in tokens; one more than `counts`. The last bar
            also has longer texts.
        counts: rows in each bar.
        limit: the most tokens that the model reads.
        truncated: the share of rows that are longer.
        unknown: the share of tokens that the vocabulary lacks.
    """

    split: str
    edges: list[float]
    counts: list[int]
    limit: int | None = None
    truncated: float | None = None
    unknown: float | None = None


class Drift(_Section):
    """How far a figure of the data is from the data of the model in service."""

    name: str
    value: float
    limit: float | None = None
    sentence: str = ""


class Data(_Section):
    """What the run read.

    Attributes:
        rows_in: rows read.
        rows_out: rows used.
        quarantined: rows set aside, by reason.
        not_wanted: rows of labels that the configuration drops, by label.
        spans: days or numbers, the oldest first.
        splits: rows by split and label.
        lengths: by split.
        drift: against the data of the model in service.
    """

    rows_in: int | None = None
    rows_out: int | None = None
    quarantined: dict[str, int] = {}
    not_wanted: dict[str, int] = {}
    spans: list[str] = []
    splits: list[SplitRows] = []
    lengths: list[Lengths] = []
    drift: list[Drift] = []


class WordWeight(_Section):
    """How much a word moves the probability of the answer, between -1 and 1."""

    word: str
    weight: float


class Explained(_Section):
    """Why the model gives a text its answer.

    Attributes:
        text: of the row.
        label: in the data.
        predicted: the answer.
        probability: of the answer.
        words: in the order of the text.
        tokens: of the text, without padding; empty if attention is not shown.
        attention: [tokens][tokens], mean of all heads of the last layer.
    """

    text: str
    label: str
    predicted: str
    probability: float
    words: list[WordWeight] = []
    tokens: list[str] = []
    attention: list[list[float]] = []


class NodeCost(_Section):
    """What a node cost.

    Attributes:
        name: of the node.
        state: how it ended.
        seconds: from its start to its end.
        peak_bytes: the most memory of the process while it ran.
    """

    name: str
    state: NodeState
    seconds: float
    peak_bytes: int | None = None


class Content(_Section):
    """Everything that a report shows, in its order.

    Attributes:
        pipeline: the name of the pipeline.
        run: the name of the run.
        started: when it began, in UTC.
        split: the name of the tested split.
        tested_rows: how many rows it has.
        limits: of the evaluation; None if unknown.
        configuration: the effective configuration, TOML.
        versions: of packages.
        digests: of data, code and model, by name.
        left_out: sections that could not be made, and why, one sentence each.
    """

    pipeline: str
    run: str
    started: datetime.datetime | None = None
    verdict: Verdict
    split: str | None = None
    tested_rows: int = 0
    limits: Limits | None = None
    overall: list[Overall] = []
    classes: list[ClassFigures] = []
    confusion: Confusion | None = None
    pairs: list[ConfusedPair] = []
    label_check: LabelCheck | None = None
    slices: dict[str, list[ClassFigures]] = {}
    calibration: Calibration | None = None
    coverage: list[CoveragePoint] = []
    learning: Learning | None = None
    data: Data | None = None
    explained: list[Explained] = []
    nodes: list[NodeCost] = []
    configuration: str = ""
    versions: dict[str, str] = {}
    digests: dict[str, str] = {}
    left_out: list[str] = []
