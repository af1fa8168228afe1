"""Reads the data, with Beam or in this process, and checks the result."""

import os
from pathlib import Path
from typing import Any

from tfx.components.util import examples_utils
from tfx.dsl.components.base import base_beam_executor
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils
from tfx.utils import proto_utils

from components import one_process
from components.text_example_gen import (
    content,
    named_splits,
    quarantine,
    remote,
    row_counts,
    sources,
    splits,
    without_beam,
)
from components.text_example_gen.report import Report
from components.text_example_gen.row_reader import Source
from components.text_example_gen.transforms import ExamplesFromFiles
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.identity.recipe import DATA_DIGEST
from newsdesk.rows import tf_datasets
from newsdesk.stores_for_beam import use_stores

_FILES = "data_tfrecord"
_NOTES = "notes"


class Executor(base_beam_executor.BaseBeamExecutor):
    """Files -> tf.Examples by split, and a quarantine."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[Any]],
        output_dict: dict[str, list[Any]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do.

        Args:
            input_dict: nothing.
            output_dict: `examples` and `quarantine`, one artifact each.
            exec_properties: `input_base` and `input_config` as TFX has them, `data`:
                the data section as JSON; `remote`, only if the rows are in an object
                store: see `remote.Remote.parse`.

        Raises:
            DataError: a file cannot be read, a file changes while it is read, or a
                split is empty.
            GateError: more rows are bad than data.max_bad_rows allows; the bad rows
                are then written into the folder that NEWSDESK_RUN_FOLDER names.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        data = Data.model_validate_json(exec_properties["data"])
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        quarantined = artifact_utils.get_single_instance(output_dict["quarantine"])
        patterns = example_gen_pb2.Input()
        proto_utils.json_to_proto(exec_properties["input_config"], patterns)
        base = exec_properties["input_base"]
        found = _found(data, base, patterns)
        planned, data = data, named_splits.settled(data, found)
        named_splits.check_tested(planned, data)
        plan = splits.divisions(data)
        by_value = plan if data.split_column else None
        store = _store(exec_properties)
        files = [
            Source(
                store.address_of(file) if store else file,
                plan["train" if by_value else name],
                by_value,
                digest=store.digests[file] if store else None,
            )
            for name in found
            for file in found[name]
        ]
        names = splits.names_of(plan)
        examples.split_names = artifact_utils.encode_split_names(list(names))
        prefixes = {
            name: os.path.join(artifact_utils.get_split_uri([examples], name), _FILES)
            for name in names
        }
        # Only the folder of the rows can be in a store.
        notes = os.path.join(examples.uri if store else quarantined.uri, _NOTES)
        selection = (data.span_marker, data.window, store.digests if store else None)
        digest = content.digest_of_input(base, patterns, *selection)
        if store or not one_process.is_one_process(self._beam_pipeline_args):
            with self._make_beam_pipeline() as pipeline:
                _ = pipeline | ExamplesFromFiles(
                    data, files, prefixes, os.path.join(notes, "part")
                )
        else:
            without_beam.write(data, files, prefixes, Path(notes, "part"))
        # In a store, the notes did not make this folder.
        os.makedirs(quarantined.uri, exist_ok=True)
        report = Report.of(notes, names)
        report.check(data.max_bad_rows)
        quarantine.write(
            quarantined.uri,
            quarantine.first(report.bad_rows(), report.quarantined),
            report.rows_in,
            report.splits,
            report.over_lines,
            {
                row_counts.LEFT_OUT: dict.fromkeys(data.drop_labels, 0)
                | report.left_out,
                row_counts.MERGED: report.merged,
                row_counts.SMALL: {
                    data.labels[label]: texts for label, texts in report.small.items()
                },
                row_counts.SOURCES: named_splits.described(found, data),
                row_counts.WHOLE: report.whole,
            },
        )
        remote.remove(notes)
        if content.digest_of_input(base, patterns, *selection) != digest:
            raise DataError(
                f"{data.path}: the files changed while they were read; wait until "
                "they are complete, and run again"
            )
        examples.set_string_custom_property(DATA_DIGEST, digest)
        examples_utils.set_payload_format(examples, example_gen_pb2.FORMAT_TF_EXAMPLE)
        examples_utils.set_file_format(examples, "tfrecords_gzip")


def _found(data: Data, base: str, wanted: Any) -> dict[str, list[str]]:
    """Lists the files of every split."""
    if data.path.startswith(tf_datasets.PREFIX):
        tf_datasets.prepare(data.path)
    # The driver has already filled in the span, but open-source Kubeflow Pipelines
    # runs no drivers.
    return sources.files_of(base, wanted, data.span_marker, data.window)


def _store(exec_properties: dict[str, Any]) -> remote.Remote | None:
    """Where the rows are, if they are in an object store."""
    text = exec_properties.get("remote")
    if not text:
        return None
    use_stores()
    return remote.Remote.parse(text)
