"""Runs the pipeline on this machine, one node at a time."""

import datetime
import logging
import os
from collections.abc import Sequence
from typing import Any

from newsdesk import standby
from newsdesk.config.environment import CHECKPOINTS_VARIABLE, RUN_FOLDER_VARIABLE
from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode, Interrupted, NewsdeskError, first_line
from newsdesk.explain import explain, is_of_data
from newsdesk.identity.recipe import Recipe, recipe, run_key
from newsdesk.nodes import ANSWERS_ROWS, NODES, Cache
from newsdesk.published.in_service import Expected, InService, Outcome, newest, repeated
from newsdesk.published.stores import store
from newsdesk.states import NodeState, RunState
from pipeline.interrupt import Signals
from pipeline.local import database
from pipeline.local.executions import Records
from pipeline.local.history import Node, RunFolder, Summary
from pipeline.local.lean_imports import lean_imports
from pipeline.local.notes import Notes
from pipeline.local.outputs import Outputs
from pipeline.local.peak_memory import PeakMemory
from pipeline.local.report_facts import Facts
from pipeline.terminal.screen import Screen, Stopwatch

_log = logging.getLogger("newsdesk")
# A process that a later node will need: its module, what it imports while this process
# does something else, and whether its output goes to pipes.
_Prepared = tuple[str, list[str], bool]
_TRAINER: _Prepared = ("trainer.process", ["trainer.training.train"], False)
_REHEARSAL: _Prepared = (
    "components.publisher.rehearsal",
    ["newsdesk.published.manifest", "newsdesk.rows.parquet_opener", "tensorflow_text"],
    True,
)
# The process of the rehearsal starts after the first of these nodes that runs: one core
# is idle until the training begins, and a training that runs leads to a push.
_BEFORE_REHEARSAL = ("TextExampleGen", "Trainer")
# The Reporter needs these; this process only waits while another one trains.
_WHILE_TRAINING = ("sklearn.feature_extraction.text", "sklearn.naive_bayes")


def run(
    config: Config,
    folder: RunFolder,
    screen: Screen,
    beam_args: Sequence[str] = (),
    accepted: str = "",
    signals: Signals | None = None,
    last: str = "",
) -> Summary:
    """Runs every node whose outputs are not in the cache.

    Args:
        config: the effective configuration.
        folder: the folder for the log, the quarantine and the summary of this run.
        screen: shows the nodes.
        beam_args: arguments for Beam that override the configuration.
        accepted: the user's reason to give up the model in service if it cannot be
            compared with or fails on the rows of this run; "" without one.
        signals: the signals of `interruptible`; None if signals are not handled.
        last: the node after which the run ends; "" for the whole pipeline.

    Returns:
        The summary, which is also written to the folder. It contains the error of a
        failed node, which is not raised.
    """
    summary = Summary(
        run=folder.path.name,
        pipeline=config.name,
        started=datetime.datetime.now().astimezone(),
        data=config.data.path,
        command=folder.command,
        split=config.data.tested_split,
    )
    signals = Signals() if signals is None else signals
    watch = Stopwatch()
    # Written now, so that a killed run has a summary too.
    folder.write(summary)
    variables = {
        RUN_FOLDER_VARIABLE: str(folder.path),
        CHECKPOINTS_VARIABLE: str(config.checkpoints),
    }
    os.environ.update(variables)
    try:
        try:
            with screen.drawing():
                LocalRun(config, screen, summary, signals, accepted, last).launch(
                    beam_args
                )
        finally:
            # A signal must not keep the summary from being written.
            signals.is_over = True
            standby.dismiss()
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        _log.exception("the run ended with an error")
        if signals and not isinstance(error, Interrupted):
            # An import that is interrupted may raise another error.
            error = Interrupted("stopped on request")
        summary.error, summary.exit_code = explain(error, config.root)
        summary.state = RunState.STOPPED if is_of_data(error) else RunState.FAILED
        if summary.exit_code == ExitCode.INTERRUPTED:
            summary.state = RunState.INTERRUPTED
    finally:
        for variable in variables:
            del os.environ[variable]
    summary.seconds = round(watch.seconds, 1)
    _write(folder, summary)
    return summary


def _write(folder: RunFolder, summary: Summary) -> None:
    try:
        folder.write(summary)
    except OSError as error:
        _log.error("%s: the summary cannot be written: %s", folder.path, error)


class LocalRun:
    """Launches the nodes of one run, and collects their results."""

    def __init__(
        self,
        config: Config,
        screen: Screen,
        summary: Summary,
        signals: Signals,
        accepted: str,
        last: str = "",
    ) -> None:
        self.config = config
        self.screen = screen
        self.summary = summary
        self.signals = signals
        self.accepted = accepted
        self.last = last
        self.notes = Notes(config, summary, accepted)
        self.outputs = Outputs(config.root)
        self.folder = RunFolder(config.root / "runs" / summary.run)
        self.facts = Facts()
        self.watch = Stopwatch()
        # The only node that a run launches if there is nothing to train.
        self.only = ""

    def launch(self, beam_args: Sequence[str]) -> None:
        """Compiles the pipeline and launches its nodes in order."""
        self.screen.begin("starting")
        from components.bulk_inferrer import record
        from components.text_example_gen import content, named_splits, sources

        data = named_splits.find(self.config.data)
        self.config = self.config.model_copy(update={"data": data})
        self.summary.split = data.tested_split
        self.summary.spans = sources.span_names(self.config.data)
        self.summary.data_digest = content.data_digest(self.config.data)
        began = recipe(self.config)
        self.facts.add_recipe(began, self.summary.data_digest)
        self.facts.write(self.folder.path)
        current = self.notes.current = newest(self.config.serving)
        if current:
            # Here, because BaselineModel may come from the cache without any check.
            store(self.config.serving).verify(current.version)
        is_whole = not self.accepted and not self.last
        if current and is_whole and self._is_repetition(current, began):
            if not record.is_due(self.config.score, current):
                self.screen.clear()
                return
            self.only = ANSWERS_ROWS
        if warning := database.set_aside(self.config.root):
            self.screen.warn(warning)
        if not self.only:
            standby.prepare(*_TRAINER)
        with lean_imports():
            import apache_beam.io.gcp.pubsub  # noqa: F401  without Pub/Sub itself
            from tfx.dsl.compiler import compiler, constants
            from tfx.orchestration import metadata
            from tfx.orchestration.local import runner_utils
            from tfx.orchestration.portable import launcher, runtime_parameter_utils

            from pipeline.graph import create_pipeline

            # Inside, without collections: it parses the sources of all nodes.
            expected = Expected.of(current)
            pipeline = create_pipeline(self.config, beam_args, expected, self.accepted)
        connection = pipeline.metadata_connection_config
        compiled = compiler.Compiler().compile(pipeline)
        runtime_parameter_utils.substitute_runtime_parameter(
            compiled, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: self.summary.run}
        )
        deployment = runner_utils.extract_local_deployment_config(compiled)
        records = Records(metadata.Metadata(connection))
        self.screen.clear()
        for node in compiled.nodes:
            name = node.pipeline_node.node_info.id
            if self.only not in ("", name):
                continue
            if NODES[name].may_fail:
                self._keep_result()
            if NODES[name].cache is Cache.NOWHERE:
                began.check(recipe(self.config))
                # A cached result may be a version that no longer exists.
                options = node.pipeline_node.execution_options
                options.caching_options.enable_cache = False
            self._run_node(
                name,
                launcher.Launcher(
                    pipeline_node=node.pipeline_node,
                    mlmd_connection=metadata.Metadata(connection),
                    pipeline_info=compiled.pipeline_info,
                    pipeline_runtime_spec=compiled.runtime_spec,
                    executor_spec=runner_utils.extract_executor_spec(deployment, name),
                    custom_driver_spec=runner_utils.extract_custom_driver_spec(
                        deployment, name
                    ),
                ),
                records,
                list(node.pipeline_node.outputs.outputs),
            )
            if name == self.last:
                break
        self._conclude()

    def _run_node(
        self, name: str, launcher: Any, records: Records, names: list[str]
    ) -> None:
        """Launches one node, and shows its start and its end."""
        has_no_baseline = not self.notes.current or bool(self.accepted)
        may_be_absent = NODES[name].may_have_no_output and has_no_baseline
        watch, memory = Stopwatch(), PeakMemory()
        state, note = NodeState.FAILED, ""
        self.screen.begin(name)
        try:
            if name == "Trainer":
                standby.import_aside(_WHILE_TRAINING)
            with (
                memory.sampled(),
                self.outputs.checked_cache(names, may_be_absent) as damaged,
            ):
                execution = launcher.launch()
            if self.signals:
                raise Interrupted("stopped on request")
            ended = records.state(execution.execution_id)
            if ended not in ("COMPLETE", "CACHED"):
                raise NewsdeskError(
                    f"{name} did not run: its inputs no longer exist; "
                    f"remove {self.config.root}, or choose another output.root"
                )
            state = NodeState.CACHED if ended == "CACHED" else NodeState.DONE
            outputs = records.outputs(execution.execution_id)
            if state is NodeState.DONE:
                self.outputs.record(artifact.uri for artifact in outputs.values())
                if name in _BEFORE_REHEARSAL and not self.last:
                    standby.prepare(*_REHEARSAL)
            is_made = state is NodeState.DONE
            self.facts.add_outputs(self.config.root, name, outputs, is_made)
            self.facts.write(self.folder.path)
            note = self.notes.of(name, outputs)
            if damaged:
                note = f"run again: {damaged[0]}  {note}".rstrip()
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            state = NodeState.STOPPED if self.signals else NodeState.FAILED
            if not NODES[name].may_fail:
                raise
            _log.exception("%s failed, which does not change the result", name)
            note = f"{first_line(error)}; the result of the run is not affected"
        finally:
            seconds = round(watch.seconds, 1)
            peak = None if state is NodeState.CACHED else memory.peak_bytes
            self.summary.nodes.append(
                Node(name=name, state=state, seconds=seconds, peak_bytes=peak)
            )
            self.screen.end(name, state, seconds, note)
            for line in self.notes.lines if note else ():
                self.screen.detail(line)

    def _is_repetition(self, current: InService, recipe: Recipe) -> bool:
        """Decides whether there is nothing to do, and if so completes the summary."""
        key = run_key(recipe.digest, self.summary.data_digest or "")
        outcome = repeated(current.manifest, key)
        if outcome is None:
            return False
        self.summary.exit_code = ExitCode.DONE
        self.summary.state = RunState.WITHDRAWN
        if outcome is Outcome.IN_SERVICE:
            self.summary.state = RunState.UNCHANGED
            self.summary.pushed = f"{self.config.serving}/{current.version}"
        return True

    def _keep_result(self) -> None:
        """Writes the result, because a killed process must not change it any more."""
        self._conclude()
        self.summary.seconds = round(self.watch.seconds, 1)
        _write(self.folder, self.summary)

    def _conclude(self) -> None:
        """Sets the final state and the exit code of a run without errors."""
        if self.only:
            return
        self.summary.exit_code = ExitCode.DONE
        if self.last:
            self.summary.state = RunState.TUNED
        elif self.notes.outcome is Outcome.WITHDRAWN:
            self.summary.state = RunState.WITHDRAWN
        elif self.summary.pushed is None:
            self.summary.state = RunState.NOT_GOOD_ENOUGH
            self.summary.exit_code = ExitCode.NOT_GOOD_ENOUGH
        else:
            was_pushed = self.notes.outcome is Outcome.PUSHED
            self.summary.state = RunState.PUSHED if was_pushed else RunState.UNCHANGED
