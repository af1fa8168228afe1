"""The Beam runner of `beam.runner = "direct_multi"`: processes of this machine."""

from typing import Any

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.portability.fn_api_runner.fn_runner import (
    ExtendedProvisionInfo,
    FnApiRunner,
)
from apache_beam.runners.portability.portable_runner import JobServiceHandle


class DirectMulti(FnApiRunner):
    """Beam's FnApiRunner, whose worker processes get the options of the pipeline.

    Beam's DirectRunner passes them on, but newer ones first try to download Prism.
    """

    def run_pipeline(self, pipeline: Any, options: PipelineOptions) -> Any:
        """Overrides FnApiRunner.run_pipeline.

        Args:
            pipeline: the pipeline.
            options: with the running mode and the number of workers.

        Returns:
            The result of the pipeline.
        """
        encoded = JobServiceHandle.encode_pipeline_options(options.get_all_options())
        info = beam_provision_api_pb2.ProvisionInfo(pipeline_options=encoded)
        self._provision_info = ExtendedProvisionInfo(info)
        return super().run_pipeline(pipeline, options)
