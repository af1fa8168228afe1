"""The driver of TextExampleGen: finds the newest span, and makes the cache key."""

from collections.abc import Iterable
from typing import Any

from tfx.components.example_gen import driver, input_processor
from tfx.proto import example_gen_pb2

from components.text_example_gen import content, spans
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import tf_datasets


class Processor(input_processor.FileBasedInputProcessor):
    """TFX's input processor, with our search for spans and a key from the content."""

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
            marker: the file that marks the folder of a span as complete.

        Raises:
            DataError: the patterns contradict each other.
        """
        try:
            super().__init__(base, wanted, span_range)
        except ValueError as error:
            raise DataError(f"{base}: the span pattern is wrong: {error}") from None
        self._marker = marker

    def resolve_span_and_version(self) -> tuple[int, int | None]:
        """Finds the newest span, and computes the digest of its files.

        Returns:
            The span, or 0 if the pattern has none, and its version if it has one.

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
            pattern: the pattern of a split.
            span: the number of the span.
            version: the version of the span.

        Returns:
            The pattern with span and version filled in.
        """
        return spans.filled(pattern, spans.Span(span, version))


class Driver(driver.FileBasedDriver):
    """TFX's driver for files, with our processor."""

    def resolve_exec_properties(
        self, exec_properties: dict[str, Any], *others: Any, **more: Any
    ) -> dict[str, Any]:
        """Overrides FileBasedDriver.resolve_exec_properties.

        Args:
            exec_properties: the parameters of the node.
            others: further arguments of TFX, which are passed on.
            more: further arguments by name.

        Returns:
            The parameters with the span filled in.
        """
        # TFX does not pass the data section on to get_input_processor.
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
