"""The node that computes TFDV's statistics of every split."""

import os
from collections.abc import Iterable
from typing import Any

import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl
from tfx import types
from tfx.components.statistics_gen import executor
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.dsl.io import fileio
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.types import standard_component_specs as standard
from tfx.utils import io_utils

from components import one_process


class Executor(executor.Executor):
    """Does what TFX's executor does, without Beam if Beam would run in this process."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do.

        Args:
            input_dict: raw `examples` and their `schema`.
            output_dict: `statistics`, with a folder for each split.
            exec_properties: not used in one process, because the graph sets none.
        """
        if not one_process.is_one_process(self._beam_pipeline_args):
            super().Do(input_dict, output_dict, exec_properties)
            return
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        statistics = artifact_utils.get_single_instance(output_dict["statistics"])
        statistics.split_names = examples.split_names
        statistics.span = examples.span
        schema = artifact_utils.get_single_uri(input_dict["schema"])
        options = tfdv.StatsOptions(
            schema=io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(schema))
        )
        for split in artifact_utils.decode_split_names(examples.split_names):
            batches = one_process.record_batches(one_process.reader(examples, split))
            folder = artifact_utils.get_split_uri([statistics], split)
            fileio.makedirs(folder)
            file = os.path.join(folder, executor.DEFAULT_FILE_NAME)
            with fileio.open(file, "wb") as stream:
                stream.write(computed(batches, options).SerializeToString())


class StatisticsGenSpec(types.ComponentSpec):
    """TFX's spec with a fingerprint."""

    PARAMETERS = {
        **standard.StatisticsGenSpec.PARAMETERS,
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = standard.StatisticsGenSpec.INPUTS
    OUTPUTS = standard.StatisticsGenSpec.OUTPUTS


class StatisticsGen(base_beam_component.BaseBeamComponent):
    """Computes statistics; outputs `statistics`."""

    SPEC_CLASS = StatisticsGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self, examples: types.BaseChannel, schema: types.BaseChannel, fingerprint: str
    ) -> None:
        """Builds the node.

        Args:
            examples: raw examples of all splits.
            schema: their schema.
            fingerprint: digest of the code of the node.
        """
        super().__init__(
            StatisticsGenSpec(
                examples=examples,
                schema=schema,
                statistics=types.Channel(type=standard_artifacts.ExampleStatistics),
                exclude_splits="[]",
                fingerprint=fingerprint,
            )
        )


def computed(batches: Iterable[Any], options: tfdv.StatsOptions) -> Any:
    """Computes the statistics of rows.

    Args:
        batches: Arrow record batches.
        options: of TFDV.

    Returns:
        A `DatasetFeatureStatisticsList`. If a column has more than 1,024 different
        values, the counts of the most frequent ones are estimates, and so is the number
        of different values if there are more than 16,384; with Beam both are exact.
    """
    generators: Any = stats_impl.get_generators(options, in_memory=True)
    sums = [generator.create_accumulator() for generator in generators]
    for batch in batches:
        sums = [
            generator.add_input(total, batch)
            for generator, total in zip(generators, sums, strict=True)
        ]
    return stats_impl.extract_statistics_output(sums, generators)
