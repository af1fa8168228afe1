"""The node that turns files of labelled texts into tf.Examples and a quarantine."""

from typing import Any

from tfx import types
from tfx.components.example_gen.component import FileBasedExampleGen
from tfx.dsl.components.base import executor_spec
from tfx.proto import example_gen_pb2
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter
from tfx.types.standard_component_specs import FileBasedExampleGenSpec

from components.text_example_gen import driver, sources, splits
from components.text_example_gen.executor import Executor
from components.text_example_gen.quarantine import Quarantine
from newsdesk import features
from newsdesk.config.data import Data


class TextExampleGenSpec(types.ComponentSpec):
    """TFX's file-based spec, with a second output and two more parameters."""

    PARAMETERS = {
        **FileBasedExampleGenSpec.PARAMETERS,
        "data": ExecutionParameter(type=str),
        "fingerprint": ExecutionParameter(type=str),
    }
    INPUTS: dict[str, Any] = {}
    OUTPUTS = {
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "quarantine": ChannelParameter(type=Quarantine),
    }


class TextExampleGen(FileBasedExampleGen):
    """Reads the data; outputs `examples` and `quarantine`."""

    SPEC_CLASS = TextExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)
    DRIVER_CLASS = driver.Driver

    def __init__(self, data: Data, fingerprint: str) -> None:
        """Declares the node.

        Args:
            data: the data section.
            fingerprint: a digest of the code and versions that the result depends on.
        """
        base, patterns = sources.input_of(data)
        spec = TextExampleGenSpec(
            input_base=base,
            input_config=patterns,
            output_config=_output_config(data),
            output_data_format=example_gen_pb2.FORMAT_TF_EXAMPLE,
            output_file_format=example_gen_pb2.FORMAT_TFRECORDS_GZIP,
            data=_relevant(data),
            fingerprint=fingerprint,
            examples=types.Channel(type=standard_artifacts.Examples),
            quarantine=types.Channel(type=Quarantine),
        )
        # FileBasedExampleGen's own __init__ would build a spec with one output.
        super(FileBasedExampleGen, self).__init__(spec=spec)


def _relevant(data: Data) -> str:
    """Returns the section as JSON, without values that cannot change the result."""
    # A change of such a value must not change the cache key.
    unused: dict[str, Any] = {"schema_file": "/"}
    if splits.given_splits(data) or data.named_splits:
        unused["ratios"] = Data.model_fields["ratios"].default
    elif data.named_splits is not None:
        unused["eval_ratio"] = Data.model_fields["eval_ratio"].default
    return data.model_copy(update=unused).model_dump_json()


def _output_config(data: Data) -> Any:
    """Describes to TFX how one set of files is divided."""
    if splits.given_splits(data) or data.named_splits:
        return example_gen_pb2.Output()
    shares = data.ratios.model_dump()
    return example_gen_pb2.Output(
        split_config=example_gen_pb2.SplitConfig(
            splits=[
                example_gen_pb2.SplitConfig.Split(name=name, hash_buckets=share)
                for name, share in shares.items()
                if share
            ],
            partition_feature_name=features.TEXT,
        )
    )
