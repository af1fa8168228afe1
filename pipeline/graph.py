"""The nodes and edges of the pipeline, and nothing else."""

from collections.abc import Sequence
from typing import Any

from tfx.components import (
    Evaluator,
    ExampleValidator,
    StatisticsGen,
    Trainer,
    Transform,
)
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.orchestration import metadata
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import transform_pb2

from components.baseline_model import BaselineModel
from components.data_gate import DataGate
from components.predictions import Predictions
from components.publisher.component import Pusher
from components.schema_import import ImportSchemaGen
from components.text_example_gen.component import TextExampleGen
from components.text_statistics.component import TextStatistics
from pipeline import fingerprint
from pipeline.beam import beam_args
from pipeline.config import Config
from pipeline.evaluation import eval_config
from pipeline.inputs import recipe
from pipeline.published.in_service import Expected

_COUNTER = "trainer.counting.Counter"
_PREPROCESSING = "trainer.preprocessing.preprocessing_fn"


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
        extra_beam_args: arguments for Beam that win over the beam section.
        expected: the model in service, where the runner has a cache that must know
            when there is another; None where the runner does not look.
        accepted: why a model in service is given up that cannot be compared with, or
            fails on the rows of this run; "" where it is not.
        mark_absent: give an artifact marked as absent where there is no model in
            service, for a runner that wants every output to exist.

    Returns:
        The pipeline; its artifacts and metadata lie below `config.root`.
    """
    # Rows of files to tf.Examples, in splits; unusable rows to a quarantine.
    example_gen = TextExampleGen(
        data=config.data,
        fingerprint=fingerprint.of(["components.text_example_gen"]),
    )
    examples = example_gen.outputs["examples"]

    # The reviewed contract that the data must keep, with the slice columns.
    schema_gen = ImportSchemaGen(
        schema_file=config.data.schema_file,
        slice_columns=config.data.slice_columns,
        fingerprint=fingerprint.of(
            ["components.schema_import"], [config.data.schema_file]
        ),
    )
    schema = schema_gen.outputs["schema"]

    # Counts and histograms per split, held against the schema.
    statistics_gen = StatisticsGen(examples=examples, schema=schema)
    example_validator = ExampleValidator(
        statistics=statistics_gen.outputs["statistics"], schema=schema
    )

    # The model in service, if there is one; other labels or signatures stop the run.
    baseline_model = BaselineModel(
        destination=config.serving,
        expected=expected,
        labels=config.data.labels,
        accepted=accepted,
        mark_absent=mark_absent,
        fingerprint=fingerprint.of(["components.baseline_model"]),
        allowed=config.model.allowed_operations,
    )
    baseline = baseline_model.outputs["model"]

    # What a schema cannot say of texts: lengths, duplicates, overlap, unknown tokens.
    text = config.text.model_dump(mode="json")
    text_statistics = TextStatistics(
        examples=examples,
        baseline=baseline,
        counter=_COUNTER,
        settings={
            "text": text,
            "encoder": config.model.encoder.token_settings,
            "fingerprint": _tokenizer_fingerprint(config, _COUNTER),
        },
        fingerprint=fingerprint.of(["components.text_statistics"]),
    )
    texts = text_statistics.outputs["statistics"]

    # Raises where ExampleValidator only writes down; nothing is trained before.
    data_gate = DataGate(
        statistics=statistics_gen.outputs["statistics"],
        anomalies=example_validator.outputs["anomalies"],
        texts=texts,
        baseline=baseline,
        labels=config.data.labels,
        rules=config.gate,
        fingerprint=fingerprint.of(["components.data_gate"]),
    )

    # Strings to token ids; the vocabulary is learned from the train split alone.
    transform = Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn=_PREPROCESSING,
        splits_config=transform_pb2.SplitsConfig(
            analyze=["train"], transform=["train", "eval"]
        ),
        custom_config={
            "text": text,
            "encoder": config.model.encoder.token_settings,
            "fingerprint": _tokenizer_fingerprint(config, _PREPROCESSING),
        },
        disable_statistics=True,
    )
    transform.add_upstream_node(data_gate)

    # Token ids to a SavedModel that takes raw strings.
    trainer = Trainer(
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        run_fn="trainer.launch.run_fn",
        custom_config={
            "text": text,
            "model": config.model.model_dump(mode="json"),
            "optimizer": config.optimizer.model_dump(mode="json"),
            "train": config.train.model_dump(mode="json"),
            "labels": config.data.labels,
            "text_columns": config.data.text_columns,
            "quoting": config.data.quoting,
            # The whole package, because parts of it are named by dotted strings.
            "fingerprint": fingerprint.of(["trainer"], config.model.encoder.files),
        },
    )

    # What the exported signature says of every tested row, once for all who ask.
    predictions = Predictions(
        examples=examples,
        model=trainer.outputs["model"],
        split=config.data.tested_split,
        fingerprint=fingerprint.of(["components.predictions"]),
    )

    # The exported signature on raw examples, held against thresholds and baseline.
    evaluator = _keyed(
        Evaluator(
            examples=examples,
            model=trainer.outputs["model"],
            baseline_model=baseline,
            schema=schema,
            example_splits=[config.data.tested_split],
            eval_config=eval_config(config),
        ),
        fingerprint.of(["components.f1"]),
    )

    # A blessed model becomes the newest version in service, unless the rows of this
    # run make the present one fail.
    pusher = Pusher(
        {
            "model": trainer.outputs["model"],
            "model_blessing": evaluator.outputs["blessing"],
            "evaluation": evaluator.outputs["evaluation"],
            "examples": examples,
            "predictions": predictions.outputs["predictions"],
            "statistics": texts,
            "baseline": baseline,
        },
        destination=config.serving,
        push=config.push,
        labels=config.data.labels,
        recipe=recipe(config),
        accepted=accepted,
        min_accuracy=config.evaluation.min_accuracy,
        fingerprint=fingerprint.of(["components.publisher"]),
        allowed=config.model.allowed_operations,
    )

    return Pipeline(
        pipeline_name=config.name,
        pipeline_root=str(config.root / "artifacts"),
        metadata_connection_config=metadata.sqlite_metadata_connection_config(
            str(config.root / "metadata.sqlite")
        ),
        components=[
            example_gen,
            schema_gen,
            statistics_gen,
            example_validator,
            baseline_model,
            text_statistics,
            data_gate,
            transform,
            trainer,
            predictions,
            evaluator,
            pusher,
        ],
        enable_cache=True,
        beam_pipeline_args=beam_args(config.beam, extra_beam_args),
    )


def _keyed(node: BaseComponent, digest: str) -> Any:
    """Adds to a TFX node's cache key what TFX leaves out of it."""
    node.exec_properties["fingerprint"] = digest
    return node


def _tokenizer_fingerprint(config: Config, function: str) -> str:
    """Digests what a function of the trainer runs and reads to make token ids.

    Args:
        config: the whole configuration.
        function: its dotted name.
    """
    names = [function, config.model.encoder.tokenizer]
    files = [config.text.vocabulary] if config.text.vocabulary else []
    return fingerprint.of(
        [name.rpartition(".")[0] for name in names if name],
        files + config.model.encoder.token_files,
    )
