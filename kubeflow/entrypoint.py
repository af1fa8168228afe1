"""What every container of the pipeline runs: one node, between KFP and TFX."""

import argparse
import contextlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import newsdesk.legacy_keras  # noqa: F401  before an executor imports TensorFlow
from kubeflow import outcome as outcomes
from kubeflow import parameters
from kubeflow.compile import unchanged
from kubeflow.container import artifacts, logs, pushed, result_pages, retries
from kubeflow.files import fetch, placeholders
from kubeflow.intervals.ledger import Ledger
from kubeflow.intervals.reports import Reports, run_in
from newsdesk.config.cluster import Schedule
from newsdesk.config.sections import RUN_FOLDER_VARIABLE
from newsdesk.errors import ConfigError, ExitCode
from newsdesk.escaping import one_line
from newsdesk.explain import explain
from pipeline.interrupt import interruptible

_log = logging.getLogger("newsdesk")
_TERMINATION_LOG = Path("/dev/termination-log")


def main() -> None:
    """Runs the node that the command line names, and ends the process."""
    logs.start()
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    # Without the interpreter's teardown: TensorFlow and Beam are known to abort in
    # it, after the results were written, and the launcher takes any code but 0 for a
    # failure.
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs one node.

    Args:
        arguments: --node, --executor, --told and --input, then those for Beam.

    Returns:
        The exit code, as `newsdesk run` has them. The launcher replaces any but 0 by 1,
        so a cluster knows of a refusal only from what we print.
    """
    parser = argparse.ArgumentParser("kubeflow.entrypoint", allow_abbrev=False)
    for name in ("node", "executor", "told", "input"):
        parser.add_argument(f"--{name}", required=True)
    asked, beam_args = parser.parse_known_args(arguments)
    try:
        pauses = json.loads(asked.told)["pauses"]
        with interruptible():
            retries.attempted(lambda: _execute(asked, beam_args), pauses)
    except (Exception, KeyboardInterrupt) as error:
        _log.exception("%s ended with an error", asked.node)
        sentence, code = explain(error, Path(tempfile.gettempdir()))
        line = one_line(" ".join(part.strip() for part in sentence.splitlines()))
        _report(asked, outcomes.of_error(asked.node, error, line, code))
        # Our last line, but not the log's: the launcher adds how its publishing went
        # and "failed to execute component: exit status ..." (kubeflow/pipelines,
        # backend/src/v2, component/launcher_v2.go and cmd/launcher-v2/main.go).
        print(f"{asked.node}: {line}", file=sys.stderr)
        return code
    return ExitCode.DONE


def _execute(asked: argparse.Namespace, beam_args: list[str]) -> None:
    # A retry gets an empty scratch folder; `artifacts.read` empties the outputs.
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
        _execute_in(asked, beam_args, Path(scratch))


def _report(asked: argparse.Namespace, outcome: outcomes.Outcome) -> None:
    """Leaves the reason of a failure where Argo and the webhook's task find it."""
    # Kubernetes makes this file, and Argo shows its text as the message of the node.
    with contextlib.suppress(OSError), _TERMINATION_LOG.open("r+") as file:
        file.write(outcomes.marked(outcome))
    if outcome.exit_code == ExitCode.NOT_GOOD_ENOUGH:
        # The node has written more than this error says.
        return
    with contextlib.suppress(ValueError, KeyError):
        outputs = json.loads(asked.input)["outputs"]["artifacts"].values()
        addresses = [one["artifacts"][0]["uri"] for one in outputs]
        destination = json.loads(asked.told)["destination"]
        Reports(destination).write(run_in(addresses), outcome)


def _execute_in(asked: argparse.Namespace, beam_args: list[str], scratch: Path) -> None:
    told = json.loads(asked.told)
    task = artifacts.read(asked.input, told)
    run = task.properties.get(parameters.RUN_ID, "")
    if asked.node == "Pusher":
        # Its manifest has the run's name. Nodes that stop a run would write the reasons
        # there, and point to what is gone with the container.
        label = task.properties.get(parameters.RUN_LABEL) or run
        os.environ[RUN_FOLDER_VARIABLE] = label.replace("/", "-")
    with _interval(asked.node, run, told, task.properties):
        laid = parameters.lay_over(asked.node, task.properties, told["submitted"])
        files = scratch / "files"
        outcome = None
        if asked.node == unchanged.FIRST:
            laid = _with_data(laid, files)
            outcome = unchanged.outcome(task, laid, told["destination"], run)
        if outcome is None:
            task.properties = placeholders.change(
                laid, lambda text: placeholders.to_file(text, files)
            )
            _executor(asked, beam_args, scratch).Do(
                task.inputs, task.outputs, task.properties
            )
    result_pages.fill(asked.node, task, told["labels"])
    if asked.node == "Pusher":
        outcome = pushed.describe(task, told["labels"])
    if outcome:
        if told.get("fail_when_not_pushed"):
            outcome = pushed.required(outcome)
        Reports(told["destination"]).write(run, outcome)
        print(outcome.line(), file=sys.stderr)
    task.write()
    if outcome and told.get("fail_when_not_pushed"):
        pushed.require(outcome)


def _executor(asked: argparse.Namespace, beam_args: list[str], scratch: Path) -> Any:
    from tfx.dsl.components.base import base_beam_executor, base_executor
    from tfx.utils import import_utils

    kind = import_utils.import_class_by_path(asked.executor)
    context = {"unique_id": asked.node, "tmp_dir": str(scratch)}
    if issubclass(kind, base_beam_executor.BaseBeamExecutor):
        return kind(
            base_beam_executor.BaseBeamExecutor.Context(
                beam_pipeline_args=beam_args, **context
            )
        )
    return kind(base_executor.BaseExecutor.Context(extra_flags=beam_args, **context))


def _with_data(properties: Mapping[str, Any], files: Path) -> dict[str, Any]:
    """Finds the newest span, and brings its files here if they lie elsewhere.

    On a machine TFX's driver does it, and open-source KFP runs no drivers.
    """
    from google.protobuf import json_format
    from pydantic import ValidationError

    from components.text_example_gen import sources
    from newsdesk.config.sections import Data

    section = json.loads(properties["data"])
    address = section["path"]
    mirror = fetch.Mirror(address, files) if fetch.is_address(address) else None
    section["path"] = mirror.path if mirror else placeholders.to_file(address, files)
    try:
        data = Data.model_validate(section)
    except ValidationError as error:
        raise ConfigError(
            f"data_path = {address}: {error.errors()[0]['msg']}"
        ) from None
    base, wanted = sources.input_of(data)
    if mirror:
        patterns = sources.resolve(base, wanted, data.span_marker).values()
        mirror.fill(file for one in patterns for file in sources.list_files(one))
    return {
        **properties,
        "data": data.model_dump_json(),
        "input_base": base,
        "input_config": json_format.MessageToJson(wanted),
    }


@contextlib.contextmanager
def _interval(
    node: str, run: str, told: Mapping[str, Any], properties: Mapping[str, Any]
) -> Iterator[None]:
    """Lets no two runs of a schedule train on one interval."""
    if node == "TextExampleGen" and properties.get("interval"):
        schedule = told.get("schedule")
        Ledger(told["destination"]).claim(
            properties["interval"],
            Schedule.model_validate(schedule) if schedule else None,
            run,
            datetime.now(timezone.utc),
        )
    if node == "Pusher":
        ledger = Ledger(told["destination"])
        ledger.confirm(run)
        yield
        ledger.finish(run)
    else:
        yield


if __name__ == "__main__":
    main()
