"""The nodes and edges of the pipeline, and nothing else."""

from collections.abc import Sequence
from typing import Any

from tfx.components import ExampleValidator, Trainer
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.orchestration import metadata
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import transform_pb2
from tfx.types import Channel

from components.baseline_model import BaselineModel
from components.bulk_inferrer.component import BulkInferrer
from components.data_gate import DataGate
from components.evaluator import Evaluator
from components.predictions import Predictions
from components.publisher.component import Pusher
from components.reporter.component import Reporter
from components.schema_import import ImportSchemaGen
from components.statistics_gen import StatisticsGen
from components.text_example_gen.component import TextExampleGen
from components.text_statistics.component import TextStatistics
from components.transform import Transform
from components.tuner import Tuner
from newsdesk.config.sections import Config
from newsdesk.evaluation.tfma_config import eval_config
from newsdesk.identity import fingerprint
from newsdesk.identity.recipe import recipe
from newsdesk.published.in_service import Expected
from pipeline.beam import beam_args

_COUNTER = "trainer.counting.Counter"
_PREPROCESSING = "trainer.preprocessing.preprocessing_fn"
_LEARNER = "trainer.preprocessing.learn"
_LEARNER_ON_WORKERS = "trainer.preprocessing.learn_on_workers"
_ANSWERER = "pipeline.predict.batch.scoring.answer_files"


def create_pipeline(
    config: Config,
    extra_beam_args: Sequence[str] = (),
    expected: Expected | None = None,
    accepted: str = "",
    mark_absent: bool = False,
) -> Pipeline:
    """Builds the pipeline that every runner executes.

    Args:
        config: the whole configuration, with absolute paths.
        extra_beam_args: arguments for Beam that override the beam section.
        expected: the model in service, which becomes part of BaselineModel's cache
            key; None if the runner does not look for it.
        accepted: the user's reason to give up the model in service if it cannot be
            compared with or fails on the rows of this run; "" without one.
        mark_absent: if there is no model in service, output an artifact marked as
            absent, for a runner that requires every output to exist.

    Returns:
        The pipeline; its artifacts and metadata are below `config.root`.
    """
    read = _read_rows(config)
    contract = _import_schema(config)
    examples, schema = read.outputs["examples"], contract.outputs["schema"]
    statistics = StatisticsGen(
        examples, schema, fingerprint.of(["components.statistics_gen"])
    )
    validator = ExampleValidator(
        statistics=statistics.outputs["statistics"], schema=schema
    )
    in_service = _find_baseline(config, expected, accepted, mark_absent)
    baseline = in_service.outputs["model"]
    texts = _count_texts(config, examples, baseline)
    gate = _check_data(config, statistics, validator, texts, baseline)
    transform = _tokenize(config, examples, schema)
    # Transform has no input from the gate, but must not run on data that it refuses.
    transform.add_upstream_node(gate)
    tuner = [_tune(config, transform)] if config.tune else []
    trainer = _train(config, transform, *tuner)
    model = trainer.outputs["model"]
    predictions = _predict(config, examples, model, baseline)
    evaluator = _evaluate(
        config,
        {
            "examples": examples,
            "model": model,
            "baseline_model": baseline,
            "schema": schema,
            "predictions": predictions.outputs["predictions"],
        },
    )
    pusher = _push(
        config,
        accepted,
        {
            "model": model,
            "model_blessing": evaluator.outputs["blessing"],
            "evaluation": evaluator.outputs["evaluation"],
            "examples": examples,
            "predictions": predictions.outputs["predictions"],
            "statistics": texts.outputs["statistics"],
            "baseline": baseline,
        },
    )
    reporter = _report(
        config,
        {
            "examples": examples,
            "quarantine": read.outputs["quarantine"],
            "statistics": texts.outputs["statistics"],
            "verdict": gate.outputs["verdict"],
            "model": model,
            "predictions": predictions.outputs["predictions"],
            "pushed_model": pusher.outputs["pushed_model"],
        },
    )
    nodes = [read, contract, statistics, validator, in_service, texts, gate]
    nodes += [transform, *tuner, trainer, predictions, evaluator, pusher, reporter]
    nodes += [_score(config, reporter)] if config.score else []
    return Pipeline(
        pipeline_name=config.name,
        pipeline_root=str(config.root / "artifacts"),
        metadata_connection_config=metadata.sqlite_metadata_connection_config(
            str(config.root / "metadata.sqlite")
        ),
        components=nodes,
        enable_cache=True,
        beam_pipeline_args=beam_args(config.beam, extra_beam_args),
    )


def _read_rows(config: Config) -> BaseComponent:
    """Reads rows of files into splits of tf.Examples; bad rows go to a quarantine."""
    return TextExampleGen(
        data=config.data,
        fingerprint=fingerprint.of(["components.text_example_gen"]),
    )


def _import_schema(config: Config) -> BaseComponent:
    """Imports the reviewed schema of the data, and adds the slice columns."""
    schema_file = config.data.schema_file
    return ImportSchemaGen(
        schema_file=schema_file,
        slice_columns=config.data.slice_columns,
        fingerprint=fingerprint.of(["components.schema_import"], [schema_file]),
    )


def _find_baseline(
    config: Config, expected: Expected | None, accepted: str, mark_absent: bool
) -> BaseComponent:
    """Finds the model in service; other labels or signatures stop the run."""
    return BaselineModel(
        destination=config.serving,
        expected=expected,
        labels=config.data.labels,
        accepted=accepted,
        mark_absent=mark_absent,
        fingerprint=fingerprint.of(["components.baseline_model"]),
        compare_with_last=config.evaluation.compare_with_last,
        allowed=config.model.allowed_operations,
    )


def _count_texts(config: Config, examples: Channel, baseline: Channel) -> BaseComponent:
    """Counts what a schema cannot express: lengths, duplicates, unknown tokens, ..."""
    return TextStatistics(
        examples=examples,
        baseline=baseline,
        counter=_COUNTER,
        settings=_token_settings(config, _COUNTER),
        fingerprint=fingerprint.of(["components.text_statistics"]),
        slice_columns=config.data.slice_columns,
    )


def _check_data(
    config: Config,
    statistics: BaseComponent,
    validator: BaseComponent,
    texts: BaseComponent,
    baseline: Channel,
) -> BaseComponent:
    """Stops the run on anomalies, which ExampleValidator only records."""
    return DataGate(
        statistics=statistics.outputs["statistics"],
        anomalies=validator.outputs["anomalies"],
        texts=texts.outputs["statistics"],
        baseline=baseline,
        labels=config.data.labels,
        rules=config.gate,
        fingerprint=fingerprint.of(["components.data_gate"]),
    )


def _tokenize(config: Config, examples: Channel, schema: Channel) -> BaseComponent:
    """Turns strings into token ids, with a vocabulary learned from the train split."""
    return Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn=_PREPROCESSING,
        splits_config=transform_pb2.SplitsConfig(
            analyze=["train"], transform=["train", "eval"]
        ),
        custom_config={
            **_token_settings(config, _PREPROCESSING, "components.transform"),
            "learner": _LEARNER,
            "learner_on_workers": _LEARNER_ON_WORKERS,
        },
        disable_statistics=True,
        # No run gives it to another, and Beam has more to do with it.
        disable_analyzer_cache=True,
    )


def _tune(config: Config, transform: BaseComponent) -> BaseComponent:
    """Tries values of settings on the train and eval splits, for the Trainer."""
    assert config.tune is not None
    return Tuner(
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        tune_fn="trainer.tune.tune_fn",
        custom_config={
            **_training_settings(config, ["components.tuner", "trainer"]),
            "tune": config.tune.model_dump(mode="json"),
        },
    )


def _train(
    config: Config, transform: BaseComponent, tuner: BaseComponent | None = None
) -> BaseComponent:
    """Trains on token ids, and exports a SavedModel that takes raw strings."""
    tuned = {"hyperparameters": tuner.outputs["best_hyperparameters"]} if tuner else {}
    return Trainer(
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        run_fn="trainer.launch.run_fn",
        **tuned,
        # The whole package, because some modules are loaded by dotted names.
        custom_config=_training_settings(config, ["trainer"]),
    )


def _training_settings(config: Config, code: Sequence[str]) -> dict[str, Any]:
    """Collects the settings of a training (`TrainerSettings`).

    Args:
        config: the whole configuration.
        code: the modules that the node runs.
    """
    return {
        "text": config.text.model_dump(mode="json"),
        "model": config.model.model_dump(mode="json"),
        "optimizer": config.optimizer.model_dump(mode="json"),
        "train": config.train.model_dump(mode="json"),
        "labels": config.data.labels,
        "text_columns": config.data.text_columns,
        "quoting": config.data.quoting,
        "encoding": config.data.encoding,
        "delimiter": config.data.delimiter,
        "columns": config.data.columns,
        "fingerprint": fingerprint.of(code, config.model.encoder.files),
    }


def _predict(
    config: Config, examples: Channel, model: Channel, baseline: Channel
) -> BaseComponent:
    """Predicts every tested row once with each model that is compared."""
    return Predictions(
        examples=examples,
        model=model,
        baseline=baseline,
        split=config.data.tested_split,
        slice_columns=config.data.slice_columns,
        fingerprint=fingerprint.of(["components.predictions"]),
    )


def _evaluate(config: Config, inputs: dict[str, Channel]) -> BaseComponent:
    """Evaluates the exported model on raw rows, and decides whether it is pushed."""
    return Evaluator(
        inputs,
        split=config.data.tested_split,
        eval_config=eval_config(config),
        limits=config.evaluation,
        labels=config.data.labels,
        # TFX does not include the code of custom metrics in the cache key.
        fingerprint=fingerprint.of(["components.evaluator", "components.tfma_rows"]),
    )


def _push(config: Config, accepted: str, inputs: dict[str, Channel]) -> BaseComponent:
    """Publishes a blessed model, unless the model in service fails on these rows."""
    return Pusher(
        inputs,
        destination=config.serving,
        push=config.push,
        labels=config.data.labels,
        recipe=recipe(config),
        accepted=accepted,
        min_accuracy=config.evaluation.min_accuracy,
        fingerprint=fingerprint.of(["components.publisher"]),
        allowed=config.model.allowed_operations,
    )


def _report(config: Config, inputs: dict[str, Channel]) -> BaseComponent:
    """Writes a page for people about everything before, also if nothing was pushed."""
    return Reporter(
        inputs,
        pipeline=config.name,
        split=config.data.tested_split,
    )


def _score(config: Config, reporter: BaseComponent) -> BaseComponent:
    """Answers new rows with the model in service, after everything is decided."""
    assert config.score is not None
    node = BulkInferrer(
        score=config.score, destination=config.serving, answer_fn=_ANSWERER
    )
    # It has no inputs, so that a run without training can launch it alone.
    node.add_upstream_node(reporter)
    return node


def _token_settings(config: Config, function: str, *modules: str) -> dict[str, Any]:
    """Collects the settings of a function that makes token ids (`TransformSettings`).

    Args:
        config: the whole configuration.
        function: the dotted name of the function.
        modules: dotted names of others that the node runs.
    """
    encoder = config.model.encoder
    names = [function, encoder.tokenizer]
    files = [config.text.vocabulary] if config.text.vocabulary else []
    return {
        "text": config.text.model_dump(mode="json"),
        "encoder": encoder.token_settings,
        "fingerprint": fingerprint.of(
            [*modules, *(name.rpartition(".")[0] for name in names if name)],
            files + encoder.token_files,
        ),
    }
