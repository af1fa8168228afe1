"""Writes the report of a run that reached its last node."""

import json
import logging
import os
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from components.reporter import verdict
from components.reporter.outputs import PROBLEM, WRITTEN_BY, Outputs
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.errors import first_line, printable
from newsdesk.published.in_service import (
    ACCEPTED,
    COMPARED,
    OUTCOME,
    REFUSALS,
    SHOWN,
    Outcome,
)
from newsdesk.report.content import Verdict
from newsdesk.states import RunState

_ADDRESS = "pushed_destination"
_STATES = {
    Outcome.PUSHED: RunState.PUSHED,
    Outcome.IN_SERVICE: RunState.UNCHANGED,
    Outcome.WITHDRAWN: RunState.WITHDRAWN,
}
_log = logging.getLogger("newsdesk")


class Executor(base_executor.BaseExecutor):
    """Writes the files of the report, and never fails."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the report.

        Args:
            input_dict: outputs named in `WRITTEN_BY`, and `pushed_model`, whose
                properties say what was decided.
            output_dict: `report`, the folder of the files; its property PROBLEM says
                why something is missing.
            exec_properties: `pipeline` and `split`.
        """
        written = artifact_utils.get_single_instance(output_dict["report"])
        try:
            Path(written.uri).mkdir(parents=True, exist_ok=True)
            problem = _write(input_dict, Path(written.uri), exec_properties)
        # The model is pushed or refused already; no fault of a report may change that.
        except Exception as error:
            _log.exception("the report cannot be written")
            problem = f"the report cannot be written: {first_line(error)}"
        if problem:
            written.set_string_custom_property(PROBLEM, printable(problem))


def _write(
    input_dict: dict[str, list[types.Artifact]], folder: Path, given: dict[str, Any]
) -> str:
    """Writes the files; says which sections are missing."""
    from components.reporter import files
    from components.reporter.collect import About, collect

    about = About(
        pipeline=given["pipeline"],
        run=Path(os.environ.get(RUN_FOLDER_VARIABLE, "unknown")).name,
        split=given["split"],
    )
    outputs = Outputs(
        **{
            name: Path(input_dict[name][0].uri)
            for name in WRITTEN_BY
            if input_dict.get(name)
        }
    )
    decided = _decided(artifact_utils.get_single_instance(input_dict["pushed_model"]))
    content = collect(outputs, about, decided, folder)
    files.write(content, folder)
    if not content.left_out:
        return ""
    return f"the report lacks {'; '.join(content.left_out)}"


def _decided(pushed: types.Artifact) -> Verdict:
    outcome = pushed.get_string_custom_property(OUTCOME)
    address = pushed.get_string_custom_property(_ADDRESS)
    return verdict.of(
        _STATES[Outcome(outcome)] if outcome else RunState.NOT_GOOD_ENOUGH,
        version=address.rpartition("/")[2] or None,
        baseline=pushed.get_string_custom_property(COMPARED) or None,
        refusals=json.loads(pushed.get_string_custom_property(REFUSALS) or "[]"),
        shown=json.loads(pushed.get_string_custom_property(SHOWN) or "[]"),
        accepted=pushed.get_string_custom_property(ACCEPTED) or None,
    )
