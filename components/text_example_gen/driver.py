"""TFX's driver for files: finds the newest span, and tells whether data changed."""

import os
import re
from collections.abc import Iterable
from typing import Any

from tfx.components.example_gen import driver, input_processor
from tfx.proto import example_gen_pb2

from components.text_example_gen import tf_datasets
from components.text_example_gen.sources import fingerprint, list_files
from pipeline.config import Data
from pipeline.errors import DataError

_SPEC = re.compile(r"\{[A-Z]+(:\d+)?\}")


def resolve(base: str, wanted: Any, marker: str | None = None) -> dict[str, str]:
    """Puts the newest span into the patterns, where that is still to be done.

    Args:
        base: the folder above every pattern.
        wanted: an `example_gen_pb2.Input`.
        marker: the file that says of a span's folder that it is complete.

    Returns:
        The patterns, joined with the folder, by the name of their split.

    Raises:
        DataError: no span can be found.
    """
    processor = Processor(base, wanted.splits, marker=marker)
    span, version = processor.resolve_span_and_version()
    return {
        split.name: os.path.join(
            base, processor.get_pattern_for_span_version(split.pattern, span, version)
        )
        for split in wanted.splits
    }


class Processor(input_processor.FileBasedInputProcessor):
    """TFX's search for spans, with a finer fingerprint and readable errors."""

    def __init__(
        self,
        base: str,
        wanted: Iterable[Any],
        span_range: Any = None,
        marker: str | None = None,
    ):
        """Checks the patterns.

        Args:
            base: the folder above every pattern.
            wanted: the splits of an `example_gen_pb2.Input`.
            span_range: which spans to choose from; None for the newest.
            marker: the file that says of a span's folder that it is complete.

        Raises:
            DataError: the patterns contradict each other.
        """
        try:
            super().__init__(base, wanted, span_range)
        except ValueError as error:
            raise DataError(f"{base}: the span pattern is wrong: {error}") from None
        self._marker = marker

    def resolve_span_and_version(self) -> tuple[int, int | None]:
        """Finds the newest span, and takes the fingerprint of its files.

        Returns:
            The span, 0 without a pattern for it, and the version if there is one.

        Raises:
            DataError: nothing matches.
        """
        self._fingerprint = self._input_base_uri
        if self._input_base_uri.startswith(tf_datasets.PREFIX):
            return 0, None
        try:
            span, version = self._newest()
            files = [
                (split.name, file)
                for split in self._splits
                for file in list_files(self._joined(split.pattern, span, version))
            ]
        except (ValueError, DataError) as error:
            raise DataError(self._unmatched(error)) from None
        self._fingerprint = fingerprint(files)
        return span, version

    def _newest(self) -> tuple[int, int | None]:
        marked = [
            example_gen_pb2.Input.Split(
                name=split.name,
                pattern=os.path.join(os.path.dirname(split.pattern), self._marker),
            )
            for split in self._splits
            if self._marker and _SPEC.search(os.path.dirname(split.pattern))
        ]
        if not marked:
            return super().resolve_span_and_version()
        found = input_processor.FileBasedInputProcessor(self._input_base_uri, marked)
        return found.resolve_span_and_version()

    def _joined(self, pattern: str, span: int, version: int | None) -> str:
        filled = self.get_pattern_for_span_version(pattern, span, version)
        return os.path.join(self._input_base_uri, filled)

    def _unmatched(self, error: Exception) -> str:
        for split in self._splits:
            if _SPEC.search(split.pattern):
                return (
                    f"{os.path.join(self._input_base_uri, split.pattern)}: no file "
                    f"matches ({error}); a span with leading zeros is written "
                    "{SPAN:2}, its digits counted"
                )
        return str(error)


class Driver(driver.FileBasedDriver):
    """TFX's driver for files, with our processor."""

    def resolve_exec_properties(
        self, exec_properties: dict[str, Any], *others: Any, **more: Any
    ) -> dict[str, Any]:
        """Overrides Driver.resolve_exec_properties, which hides the data section.

        Args:
            exec_properties: those of the node.
            others: what TFX passes and does not use.
            more: the same, by name.

        Returns:
            The properties with the span filled in.
        """
        data = Data.model_validate_json(exec_properties["data"])
        self._marker = data.span_marker
        return super().resolve_exec_properties(exec_properties, *others, **more)

    def get_input_processor(
        self,
        splits: Iterable[Any],
        range_config: Any = None,
        input_base_uri: str | None = None,
    ) -> Processor:
        """Overrides FileBasedDriver.get_input_processor.

        Args:
            splits: the splits of an `example_gen_pb2.Input`.
            range_config: which spans to choose from.
            input_base_uri: the folder above every pattern.

        Returns:
            The processor.
        """
        return Processor(input_base_uri or "/", splits, range_config, self._marker)
