"""Finds out which nodes would come from the cache, without a change in the root."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from newsdesk.config.sections import Config
from newsdesk.nodes import NODES, Cache
from newsdesk.published.in_service import Expected, InService
from pipeline.local import database
from pipeline.local.executions import Records
from pipeline.local.outputs import Outputs

_RUN = "dry-run"


def cached(
    config: Config,
    current: InService | None,
    beam_args: Sequence[str] = (),
    accepted: str = "",
) -> dict[str, bool]:
    """Asks the cache about every node, as a run would.

    Args:
        config: the effective configuration, with the splits that its files name.
        current: the model in service.
        beam_args: arguments for Beam that override the configuration.
        accepted: the reason to give up the model in service; "" without one.

    Returns:
        Whether each node would come from the cache, in the order of the run. A node
        whose inputs another node must make first would not.
    """
    from tfx.dsl.compiler import compiler, constants
    from tfx.orchestration import metadata
    from tfx.orchestration.local import runner_utils
    from tfx.orchestration.portable import launcher, runtime_parameter_utils

    from pipeline.graph import create_pipeline

    outputs = Outputs(config.root)
    found: dict[str, bool] = {}
    with _elsewhere(config) as moved:
        pipeline = create_pipeline(moved, beam_args, Expected.of(current), accepted)
        compiled = compiler.Compiler().compile(pipeline)
        runtime_parameter_utils.substitute_runtime_parameter(
            compiled, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: _RUN}
        )
        deployment = runner_utils.extract_local_deployment_config(compiled)
        connection = pipeline.metadata_connection_config
        records = Records(metadata.Metadata(connection))
        for node in compiled.nodes:
            name = node.pipeline_node.node_info.id
            options = node.pipeline_node.execution_options.caching_options
            options.enable_cache = NODES[name].cache is not Cache.NOWHERE
            prepared = launcher.Launcher(
                pipeline_node=node.pipeline_node,
                mlmd_connection=metadata.Metadata(connection),
                pipeline_info=compiled.pipeline_info,
                pipeline_runtime_spec=compiled.runtime_spec,
                executor_spec=runner_utils.extract_executor_spec(deployment, name),
                custom_driver_spec=runner_utils.extract_custom_driver_spec(
                    deployment, name
                ),
            )
            absent = NODES[name].may_have_no_output and (not current or bool(accepted))
            with outputs.checked_cache(
                list(node.pipeline_node.outputs.outputs), absent
            ):
                # Everything that a launch does before it starts the executor; there is
                # no public function for this.
                execution = prepared._prepare_execution().execution_info.execution_id
            is_cached = bool(execution) and records.state(execution) == "CACHED"
            # An optional input that is made again is not there in a dry run.
            found[name] = is_cached and all(found[one] for one in _producers(node))
    return found


def _producers(node: Any) -> Iterator[str]:
    """The ids of the nodes whose outputs a node reads."""
    for given in node.pipeline_node.inputs.inputs.values():
        for channel in given.channels:
            yield channel.producer_node_query.id


@contextlib.contextmanager
def _elsewhere(config: Config) -> Iterator[Config]:
    """The configuration with another root, which has a copy of the database.

    Asking the cache writes to the database, and makes the folders of outputs. Where
    they are is not part of the cache key.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
        if not database.fault(config.root):
            with contextlib.suppress(FileNotFoundError):
                file = config.root / database.DATABASE
                shutil.copyfile(file, Path(folder, database.DATABASE))
        output = config.output.model_copy(update={"root": folder})
        push = config.push.model_copy(update={"destination": config.serving})
        yield config.model_copy(update={"output": output, "push": push})
