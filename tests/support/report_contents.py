"""Invented contents of reports: few and many classes, hostile texts, early ends."""

import datetime
import random

from newsdesk.report.content import (
    Calibration,
    CalibrationBin,
    ClassFigures,
    ConfusedPair,
    Confusion,
    Content,
    CoveragePoint,
    Data,
    DoubtfulLabel,
    Drift,
    Epoch,
    Explained,
    Interval,
    LabelCheck,
    Learning,
    Lengths,
    Limits,
    NodeCost,
    Overall,
    SplitRows,
    Verdict,
    WordWeight,
)
from newsdesk.states import NodeState, RunState

HOSTILE = (
    "<script>document.title='owned'</script>",
    "</title></style></script><img src=x onerror=alert(1)>",
    "\"quotes\" 'single' `ticks` & &amp; {{ 7 * 7 }}",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "abc \u202etxt.exe\u202c \u200f\u200b\ufeff\u2066 עברית عربي",
    '=HYPERLINK("http://invented.example")\n+1\r@SUM(A1)\t|pipe|',
    "lone \udcff surrogate \x00 null " + "long" * 200,
)
_NAMES = ("Weather", "Harbour", "Theatre", "Gardens", "Trams", "Chess", "Bakeries")
_WORDS = (
    "the harbour master reports calm seas while trams wait for rain and the theatre "
    "opens a garden of chess tables beside every bakery in the old town"
).split()


def rich(classes: int = 4, baseline: bool = True, state: str = "pushed") -> Content:
    """Makes up the content of a report with every section.

    Args:
        classes: how many.
        baseline: whether there is a model in service.
        state: of the run, "pushed" or "not good enough".

    Returns:
        The content.
    """
    rng = random.Random(classes)
    labels = [
        name if not turn else f"{name} district {turn}"
        for turn in range(classes // len(_NAMES) + 1)
        for name in _NAMES
    ][:classes]
    rows = [rng.randrange(30, 120) for _ in labels]
    return Content(
        pipeline="town-news",
        run="r000012",
        started=datetime.datetime(2026, 3, 14, 9, 26, tzinfo=datetime.timezone.utc),
        verdict=verdict(state, baseline),
        split="test",
        tested_rows=sum(rows),
        limits=Limits(accuracy=0.9, loss=0.5, ece=0.05, drop=0.01),
        overall=_overall(baseline, -1 if state == "not good enough" else 1),
        classes=[
            _figures(rng, *one, baseline) for one in zip(labels, rows, strict=True)
        ],
        confusion=_confusion(rng, labels, rows),
        pairs=_pairs(rng, labels),
        label_check=_label_check(rng, labels),
        slices={
            "source": [
                _figures(rng, f"paper {n}", 12 * n, baseline) for n in range(1, 9)
            ],
            "length": [_figures(rng, one, 90, baseline) for one in ("short", "long")],
        },
        calibration=_calibration(),
        coverage=[
            CoveragePoint(
                probability=n / 20,
                coverage=1 - (n / 20) ** 3 * 0.8,
                accuracy=0.91 + 0.08 * (n / 20) ** 2,
            )
            for n in range(20)
        ],
        learning=_learning(),
        data=_data(rng, labels),
        explained=[_explained(rng, labels, size) for size in (9, 24, 40)],
        nodes=_nodes(),
        configuration='[data]\npath = "rows.csv"\n\n[train]\nepochs = 3\n' * 12,
        versions={"newsdesk": "0.1.0", "tensorflow": "2.21.0", "python": "3.11.9"},
        digests={"data": "sha256:" + "5f" * 32, "model": "sha256:" + "a1" * 32},
    )


def verdict(state: str, baseline: bool = True) -> Verdict:
    """Makes up a verdict.

    Args:
        state: "pushed" or "not good enough".
        baseline: whether there is a model in service.

    Returns:
        The verdict.
    """
    if state == "pushed":
        against = "no better or worse than version 1795738811 beyond chance"
        return Verdict(
            state=RunState.PUSHED,
            sentence="Version 1795812345 was pushed: it meets every limit, and is "
            + (against if baseline else "the first model")
            + ".",
            version="1795812345",
            baseline="1795738811" if baseline else None,
            shown=["recall of Trams 0.6667 is below 0.7, on 12 rows"],
            next_command='newsdesk predict --root runs/town-news "some text"',
        )
    refusals = [
        "accuracy 0.8712 is 0.0409 below version 1795738811 on the same rows "
        "(at most 0.01 is allowed; 95% interval 0.0212 to 0.0606)",
        "recall of Harbour 0.5902 is below evaluation.min_recall 0.7",
        "accuracy 0.7013 where source is 'paper 3' is below 0.75",
        "macro F1 0.8533 is below evaluation.min_macro_f1 0.86",
    ]
    return Verdict(
        state=RunState.NOT_GOOD_ENOUGH,
        sentence=f"Not pushed: {refusals[0]}.",
        baseline="1795738811",
        refusals=refusals,
        next_step="Read the label check below, correct the labels, and run again.",
    )


def stopped() -> Content:
    """Makes up the content of a run that a gate stopped.

    Returns:
        Verdict, data and nodes.
    """
    return Content(
        pipeline="town-news",
        run="r000013",
        started=datetime.datetime(2026, 3, 15, 9, 26, tzinfo=datetime.timezone.utc),
        verdict=Verdict(
            state=RunState.STOPPED,
            sentence="The data was refused: 31.2% of the rows have label Trams, 4.1% "
            "in the data of version 1795812345 (at most 20 points may change).",
            baseline="1795812345",
            next_step="Look at rows.csv, or raise gate.max_label_change.",
        ),
        data=_data(random.Random(1), list(_NAMES)),
        nodes=_nodes()[:4]
        + [NodeCost(name="DataGate", state=NodeState.FAILED, seconds=0.4)],
    )


def bare() -> Content:
    """Makes up the content of a run that failed at once.

    Returns:
        Nothing but a verdict.
    """
    return Content(
        pipeline="town-news",
        run="r000014",
        verdict=Verdict(
            state=RunState.FAILED, sentence="rows.csv: the file does not exist."
        ),
    )


def hostile() -> Content:
    """Puts hostile texts wherever a report shows text.

    Returns:
        The content.
    """
    value = rich(len(HOSTILE)).model_dump()
    texts = iter(HOSTILE * 10_000)
    fixed = {"state", "started", "name@overall"}

    def replace(part: object, key: str = "") -> object:
        if isinstance(part, dict):
            is_free = key in (
                "quarantined",
                "by_label",
                "slices",
                "versions",
                "digests",
            )
            return {
                (f"{next(texts)}{number}" if is_free else name): replace(one, name)
                for number, (name, one) in enumerate(part.items())
            }
        if isinstance(part, list):
            return [replace(one, key) for one in part]
        is_text = isinstance(part, str) and key not in fixed
        return next(texts) if is_text else part

    return Content.model_validate(replace(value))


def _overall(baseline: bool, direction: int) -> list[Overall]:
    def around(value: float, width: float) -> Interval:
        return Interval(value=value, low=value - width, high=value + width)

    return [
        Overall(
            name=name,
            candidate=around(value, width),
            baseline=around(value - change, width) if baseline else None,
            change=around(change, width * 0.8) if baseline else None,
            p_value=p if baseline else None,
        )
        for name, value, width, change, p in (
            ("accuracy", 0.9121, 0.0185, direction * 0.0204, 0.031),
            ("macro F1", 0.9078, 0.0193, direction * 0.0117, None),
            ("loss", 0.2874, 0.0312, direction * -0.0410, 0.0004),
        )
    ]


def _figures(rng: random.Random, name: str, rows: int, baseline: bool) -> ClassFigures:
    value = rng.uniform(0.62, 0.99)
    return ClassFigures(
        name=name,
        rows=rows,
        accuracy=value,
        precision=min(1.0, value + 0.01),
        recall=value - 0.01,
        f1=value,
        baseline_f1=value - rng.uniform(-0.05, 0.05) if baseline else None,
        baseline_accuracy=value - 0.02 if baseline else None,
    )


def _confusion(rng: random.Random, labels: list[str], rows: list[int]) -> Confusion:
    counts = []
    for number, total in enumerate(rows):
        row = [0] * len(labels)
        for _ in range(total):
            wrong = rng.random() < 0.12
            row[rng.randrange(len(labels)) if wrong else number] += 1
        counts.append(row)
    return Confusion(labels=labels, counts=counts)


def _sentence(rng: random.Random, words: int = 12) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(words)).capitalize()


def _pairs(rng: random.Random, labels: list[str]) -> list[ConfusedPair]:
    return [
        ConfusedPair(
            label=labels[number % len(labels)],
            predicted=labels[(number + 1) % len(labels)],
            rows=9 - number,
            share=0.09 - number / 100,
            examples=[_sentence(rng) for _ in range(3)],
        )
        for number in range(6)
    ]


def _label_check(rng: random.Random, labels: list[str]) -> LabelCheck:
    return LabelCheck(
        rows=2_000,
        doubted=83,
        most_doubted=[
            DoubtfulLabel(
                place=f"rows/part-{number % 3}.csv:{rng.randrange(2, 9000)}",
                split="train",
                text=_sentence(rng, 18),
                label=rng.choice(labels),
                suggested=rng.choice(labels),
                doubt=0.99 - number / 150,
            )
            for number in range(100)
        ],
    )


def _calibration() -> Calibration:
    def bins(slope: float) -> list[CalibrationBin]:
        return [
            CalibrationBin(
                low=n / 10,
                high=(n + 1) / 10,
                rows=10 * n,
                probability=n / 10 + 0.06,
                accuracy=0.5 + (n / 10 + 0.06 - 0.5) * slope,
            )
            for n in range(3, 10)
        ]

    return Calibration(
        temperature=1.62,
        ece=0.0121,
        ece_before=0.0587,
        bins=bins(0.97),
        bins_before=bins(0.7),
    )


def _learning() -> Learning:
    return Learning(
        epochs=[
            Epoch(
                number=n,
                loss=1.4 / n,
                eval_accuracy=0.95 - 0.3 / n,
                eval_loss=1.5 / n + 0.02 * n,
                eval_macro_f1=0.94 - 0.32 / n,
                learning_rate=3e-4 * (7 - n) / 6,
            )
            for n in range(1, 7)
        ],
        best=5,
        sentence="6 epochs; weights of epoch 5, the best on eval.",
    )


def _data(rng: random.Random, labels: list[str]) -> Data:
    edges = [float(8 * n) for n in range(25)]
    return Data(
        rows_in=2_051,
        rows_out=2_000,
        quarantined={"the label is empty": 31, "the row has 3 cells, 2 are needed": 20},
        spans=["2026-03-12", "2026-03-13"],
        splits=[
            SplitRows(
                name=name,
                rows=sum(rows.values()),
                by_label=rows,
            )
            for name, most in (("train", 300), ("eval", 40), ("test", 60))
            for rows in [{label: rng.randrange(5, most) for label in labels}]
        ],
        lengths=[
            Lengths(
                split=split,
                edges=edges,
                counts=[int(size * 2.7 ** (-((n - 7) ** 2) / 30)) for n in range(24)],
                limit=128,
                truncated=0.021,
                unknown=0.0034,
            )
            for split, size in (("train", 240), ("test", 40))
        ],
        drift=[
            Drift(
                name="label shares", value=0.031, limit=0.2, sentence="within limits"
            ),
            Drift(
                name="mean length", value=0.61, limit=0.5, sentence="texts are longer"
            ),
        ],
    )


def _explained(rng: random.Random, labels: list[str], size: int) -> Explained:
    words = [rng.choice(_WORDS) for _ in range(size)]
    attention = []
    for _ in words:
        row = [rng.random() ** 4 for _ in words]
        attention.append([cell / sum(row) for cell in row])
    return Explained(
        text=" ".join(words),
        label=labels[0],
        predicted=labels[0] if size != 24 else labels[1],
        probability=0.87,
        words=[WordWeight(word=one, weight=rng.gauss(0, 0.2)) for one in words],
        tokens=words,
        attention=attention,
    )


def _nodes() -> list[NodeCost]:
    costs = (
        ("BaselineModel", "done", 0.8, 0.4),
        ("TextExampleGen", "done", 4.1, 0.7),
        ("StatisticsGen", "cached", 0.0, None),
        ("Transform", "done", 19.3, 1.1),
        ("Trainer", "done", 812.4, 2.9),
        ("Evaluator", "done", 14.6, 1.4),
        ("Pusher", "done", 12.5, 1.2),
    )
    return [
        NodeCost(
            name=name,
            state=NodeState(state),
            seconds=seconds,
            peak_bytes=int(size * 1e9) if size else None,
        )
        for name, state, seconds, size in costs
    ]
