"""`newsdesk evaluate`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsdesk.errors import ConfigError, ExitCode
from pipeline.commands.arguments import NEWSDESK, AllowOperations, Columns, ModelFolder

if TYPE_CHECKING:
    from newsdesk.config.evaluation import Evaluation
    from newsdesk.config.sections import Config
    from newsdesk.rows.labelling import Labelling
    from pipeline.predict.answers import Answerer


def evaluate(
    file: Annotated[
        Path,
        typer.Option(help="File with labelled rows like those of the training data."),
    ],
    label_column: Annotated[
        str | None,
        typer.Option(
            help="Column with the labels; by default data.label_column of the "
            "configuration."
        ),
    ] = None,
    columns: Columns = None,
    root: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a pipeline (output.root), whose newest pushed model is "
            "used. By default, that of the configuration."
        ),
    ] = None,
    model: ModelFolder = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration with the label column and the limits; by default "
            "newsdesk.toml, if it exists."
        ),
    ] = None,
    min_accuracy: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="Replaces evaluation.min_accuracy as the limit."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
    allow_operations: AllowOperations = None,
) -> None:
    """Evaluate the pushed model on any labelled file.

    Exit codes: 0 every limit is kept; 1 the file cannot be read, or no row can be
    used; 2 wrong usage; 3 below a limit of the evaluation section or
    --min-accuracy; 4 the model contains operations that a text classifier does
    not need.
    """
    from newsdesk.config.load import load
    from newsdesk.escaping import as_json as written
    from newsdesk.escaping import one_line
    from newsdesk.inspection import operations, trial
    from pipeline.evaluate import labelled_file
    from pipeline.evaluate.report import lines, report
    from pipeline.predict.answers import Answerer
    from pipeline.predict.find_model import opened_model
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all

    if config is None and NEWSDESK.is_file():
        config = NEWSDESK
    loaded = load(config) if config else None
    if root is None and model is None and loaded:
        root = loaded.root
    limits = _limits(loaded, min_accuracy)
    # A missing model is reported before `quiet` sends standard error to a file.
    with opened_model(root, model) as folder, quiet() as screen:
        operations.check(folder, allow_operations or ())
        trial.check(folder)
        answerer = Answerer(folder)
        labelling = _labelling(answerer, loaded, label_column)
        trained = loaded.data.columns if loaded else ()
        layout = labelled_file.layout_of(str(file), columns or (), answerer, trained)
        labelled_file.check_columns(str(file), layout, labelling)
        answered = labelled_file.answer(str(file), layout, labelling, answerer)
        found = report(answered, answerer.labels, limits)
        if as_json:
            answer(written(found, ascii_only=not encodes_all(screen)), screen)
        else:
            for line in lines(found):
                answer(one_line(line), screen)
    sys.exit(ExitCode.NOT_GOOD_ENOUGH if found["refusals"] else ExitCode.DONE)


def _limits(config: "Config | None", min_accuracy: float | None) -> "Evaluation | None":
    """The limits of the configuration; `min_accuracy` replaces one of them."""
    from newsdesk.config.evaluation import Evaluation

    if min_accuracy is None:
        return config.evaluation if config else None
    # Without a configuration, the only limit is the one that was given.
    limits = config.evaluation if config else Evaluation(min_class_recall=0.0)
    return limits.model_copy(update={"min_accuracy": min_accuracy})


def _labelling(
    answerer: "Answerer", config: "Config | None", label_column: str | None
) -> "Labelling":
    """The columns that the model reads, its labels, and the column of the labels."""
    from dataclasses import replace

    from newsdesk.rows.labelling import Labelling

    column = label_column or (config.data.label_column if config else None)
    if column is None:
        raise ConfigError(
            "the column of the labels is not known; choose it with --label-column "
            "NAME, or name a configuration with --config FILE"
        )
    texts = tuple(answerer.text_columns)
    if not config or config.data.labels != answerer.labels:
        return Labelling(texts, column, tuple(answerer.labels))
    # Labels are dropped and merged as in training.
    rules = replace(Labelling.of(config.data), text_columns=texts, label_column=column)
    return replace(rules, slice_columns=(), split_column="")
