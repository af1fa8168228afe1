"""The program of every container of the pipeline: runs one node of TFX for KFP."""

import argparse
import contextlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import newsdesk.legacy_keras  # noqa: F401  before an executor imports TensorFlow
from kubeflow import outcome as outcomes
from kubeflow import parameters
from kubeflow.container import (
    artifacts,
    failed_report,
    logs,
    pushed,
    remote_rows,
    result_pages,
    retries,
    unchanged,
)
from kubeflow.files import fetch, placeholders
from kubeflow.intervals.ledger import Ledger
from kubeflow.intervals.reports import Reports, run_in
from newsdesk.config.cluster import Schedule
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.errors import ConfigError, ExitCode
from newsdesk.escaping import one_line
from newsdesk.explain import explain
from newsdesk.nodes import ANSWERS_ROWS, NODES
from pipeline.interrupt import interruptible

_log = logging.getLogger("newsdesk")
TERMINATION_LOG = Path("/dev/termination-log")


def main() -> None:
    """Runs the node that the command line names, and exits."""
    logs.start()
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    # Skip the interpreter's teardown: TensorFlow and Beam sometimes abort in it after
    # the results were written, and the launcher treats any code but 0 as a failure.
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs one node.

    Args:
        arguments: --node, --executor, --told and --input, then those for Beam.

    Returns:
        The exit code, one of those of `newsdesk run`. The launcher replaces any but 0
        by 1, so only our messages show a refusal on the cluster.
    """
    parser = argparse.ArgumentParser("kubeflow.entrypoint", allow_abbrev=False)
    for name in ("node", "executor", "told", "input"):
        parser.add_argument(f"--{name}", required=True)
    options, beam_args = parser.parse_known_args(arguments)
    try:
        pauses = json.loads(options.told)["pauses"]
        with interruptible():
            retries.attempted(lambda: _execute(options, beam_args), pauses)
    except (Exception, KeyboardInterrupt) as error:
        _log.exception("%s ended with an error", options.node)
        sentence, code = explain(error, Path(tempfile.gettempdir()))
        line = one_line(" ".join(part.strip() for part in sentence.splitlines()))
        if NODES[options.node].may_fail and code != ExitCode.INTERRUPTED:
            print(f"{options.node}: {line}; the run keeps its result", file=sys.stderr)
            return ExitCode.DONE
        _report(options, outcomes.of_error(options.node, error, line, code))
        # This is our last line, but not the last of the log: the launcher logs the
        # result of its publishing and "failed to execute component: exit status ..."
        # (kubeflow/pipelines, backend/src/v2, component/launcher_v2.go and
        # cmd/launcher-v2/main.go).
        print(f"{options.node}: {line}", file=sys.stderr)
        return code
    return ExitCode.DONE


def _execute(options: argparse.Namespace, beam_args: list[str]) -> None:
    # A retry gets an empty scratch folder; `artifacts.read` empties the outputs.
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
        _execute_in(options, beam_args, Path(scratch))


def _report(options: argparse.Namespace, outcome: outcomes.Outcome) -> None:
    """Writes the reason of a failure for Argo and for the webhook's task."""
    # Kubernetes creates this file, and Argo shows its text as the message of the node.
    with contextlib.suppress(OSError), TERMINATION_LOG.open("r+") as file:
        file.write(outcomes.marked(outcome))
    with contextlib.suppress(ValueError, KeyError):
        outputs = json.loads(options.input)["outputs"]["artifacts"].values()
        run = run_in([output["artifacts"][0]["uri"] for output in outputs])
        facts = json.loads(options.told)
        reports = Reports(facts["destination"])
        # A node whose model is not good enough has written more than this error.
        if outcome.exit_code != ExitCode.NOT_GOOD_ENOUGH:
            reports.write(run, outcome)
        if outcome.exit_code != ExitCode.INTERRUPTED and facts.get("has_last_task"):
            found = failed_report.content(options.input, facts)
            reports.write_content(run, found)


def _execute_in(
    options: argparse.Namespace, beam_args: list[str], scratch: Path
) -> None:
    facts = json.loads(options.told)
    task = artifacts.read(options.input, facts)
    run = task.properties.get(parameters.RUN_ID, "")
    if options.node == "Reporter":
        # Only for the title of the page; the id has no way to the cache.
        os.environ[RUN_FOLDER_VARIABLE] = run_in(list(task.addresses.values()))
    if options.node == "Pusher":
        # For the manifest, which has the run's name. Other nodes must not have it: they
        # would write failure reports into that folder, which is lost with the
        # container, and name it in their messages.
        label = task.properties.get(parameters.RUN_LABEL) or run
        os.environ[RUN_FOLDER_VARIABLE] = label.replace("/", "-")
    with _interval(options.node, run, facts, task.properties):
        properties = parameters.override(
            options.node, task.properties, facts.get("submitted", {})
        )
        files = scratch / "files"
        outcome = None
        is_remote = bool(facts.get("remote"))
        if options.node == unchanged.FIRST:
            args = beam_args if is_remote else None
            properties = _with_data(properties, files, task, args)
            outcome = unchanged.outcome(task, properties, facts["destination"], run)
        if options.node == ANSWERS_ROWS:
            properties = _with_new_rows(properties, files)
        if outcome is None:
            task.properties = placeholders.change(
                properties, lambda text: placeholders.to_file(text, files)
            )
            names = NODES[options.node].of_workers
            in_store = remote_rows.in_store(task, names) if is_remote else nullcontext()
            with in_store:
                _executor(options, beam_args, scratch).Do(
                    task.inputs, task.outputs, task.properties
                )
    result_pages.fill(options.node, task, facts.get("labels", []))
    if options.node == "Pusher":
        outcome = pushed.describe(task)
    if outcome:
        if facts.get("fail_when_not_pushed"):
            outcome = pushed.required(outcome)
        Reports(facts["destination"]).write(run, outcome)
        print(outcome.line(), file=sys.stderr)
    task.write()
    if outcome and facts.get("fail_when_not_pushed"):
        pushed.require(outcome)


def _executor(options: argparse.Namespace, beam_args: list[str], scratch: Path) -> Any:
    from tfx.dsl.components.base import base_beam_executor, base_executor
    from tfx.utils import import_utils

    kind = import_utils.import_class_by_path(options.executor)
    context = {"unique_id": options.node, "tmp_dir": str(scratch)}
    if issubclass(kind, base_beam_executor.BaseBeamExecutor):
        return kind(
            base_beam_executor.BaseBeamExecutor.Context(
                beam_pipeline_args=beam_args, **context
            )
        )
    return kind(base_executor.BaseExecutor.Context(extra_flags=beam_args, **context))


def _with_data(
    properties: Mapping[str, Any], files: Path, task: Any, remote: list[str] | None
) -> dict[str, Any]:
    """Finds the newest spans, and downloads their files if they are in a store.

    If workers read the store themselves, `remote` has their arguments for Beam, and
    nothing is downloaded. In local runs TFX's driver finds them, but open-source KFP
    runs no drivers of TFX.
    """
    from google.protobuf import json_format
    from pydantic import ValidationError

    from components.text_example_gen import sources
    from components.text_example_gen.span_note import spans_note
    from newsdesk.config.data import Data
    from newsdesk.config.sentences import sentence

    section = json.loads(properties["data"])
    address = section["path"]
    mirror = fetch.Mirror(address, files) if fetch.is_address(address) else None
    section["path"] = mirror.path if mirror else placeholders.to_file(address, files)
    try:
        data = Data.model_validate(section)
    except ValidationError as error:
        problem = sentence(error.errors()[0])
        raise ConfigError(f"data_path = {address}: {problem}") from None
    base, splits = sources.input_of(data)
    more = {}
    if mirror or remote is not None:
        selection = (data.span_marker, data.window)
        by_split = sources.files_of(base, splits, *selection).values()
        found = [file for several in by_split for file in several]
        if remote is not None:
            text = remote_rows.described(data, found, mirror, task, remote)
            more["remote"] = text
        elif mirror:
            mirror.fill(found)
    if note := spans_note(sources.span_names(data), data.window):
        _log.info("the run reads %s", note)
    return {
        **properties,
        "data": data.model_dump_json(),
        "input_base": base,
        "input_config": json_format.MessageToJson(splits),
        **more,
    }


def _with_new_rows(properties: Mapping[str, Any], files: Path) -> dict[str, Any]:
    """Downloads the rows to answer if they are in a store."""
    from components.bulk_inferrer import record
    from newsdesk.config.score import Score

    section = json.loads(properties["score"])
    if not fetch.is_address(section["path"]):
        return dict(properties)
    mirror = fetch.Mirror(section["path"], files)
    section["path"] = mirror.path
    mirror.fill(record.files_of(Score.model_validate(section)))
    return {**properties, "score": json.dumps(section)}


@contextlib.contextmanager
def _interval(
    node: str, run: str, facts: Mapping[str, Any], properties: Mapping[str, Any]
) -> Iterator[None]:
    """Prevents two runs of a schedule from training on the same interval."""
    if node == "TextExampleGen" and properties.get("interval"):
        schedule = facts.get("schedule")
        Ledger(facts["destination"]).claim(
            properties["interval"],
            Schedule.model_validate(schedule) if schedule else None,
            run,
            datetime.now(timezone.utc),
        )
    if node == "Pusher":
        ledger = Ledger(facts["destination"])
        ledger.confirm(run)
        yield
        ledger.finish(run)
    else:
        yield


if __name__ == "__main__":
    main()
