"""TFX's driver for files: finds the newest span, and tells whether data changed."""

from collections.abc import Iterable
from typing import Any

from tfx.components.example_gen import driver, input_processor
from tfx.proto import example_gen_pb2

from components.text_example_gen import content, spans
from newsdesk.config.sections import Data
from newsdesk.errors import DataError
from newsdesk.rows import tf_datasets


class Processor(input_processor.FileBasedInputProcessor):
    """TFX's frame for the search for spans: our search, and the content as the key."""

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
        """Finds the newest span, and digests the content of its files.

        Returns:
            The span, 0 without a pattern for it, and the version if there is one.

        Raises:
            DataError: nothing matches, or a file cannot be read.
        """
        self._fingerprint = content.digest_of_input(
            self._input_base_uri,
            example_gen_pb2.Input(splits=self._splits),
            self._marker,
        )
        if self._input_base_uri.startswith(tf_datasets.PREFIX):
            return 0, None
        patterns = [split.pattern for split in self._splits]
        return spans.newest(self._input_base_uri, patterns, self._marker)

    def get_pattern_for_span_version(
        self, pattern: str, span: int, version: int | None
    ) -> str:
        """Overrides FileBasedInputProcessor.get_pattern_for_span_version.

        Args:
            pattern: of a split.
            span: its number.
            version: its version.

        Returns:
            The pattern with both filled in.
        """
        return spans.filled(pattern, spans.Span(span, version))


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
