"""The driver of TextExampleGen: finds the newest spans, and makes the cache key."""

from collections.abc import Iterable
from typing import Any

from tfx.components.example_gen import driver, input_processor
from tfx.proto import example_gen_pb2

from components.text_example_gen import content, sources, spans
from newsdesk.config.data import Data
from newsdesk.errors import DataError


class Processor(input_processor.FileBasedInputProcessor):
    """TFX's input processor, with our search for spans and a key from the content."""

    def __init__(
        self,
        base: str,
        wanted: Iterable[Any],
        span_range: Any = None,
        marker: str | None = None,
        window: int = 1,
    ):
        """Checks the patterns.

        Args:
            base: the folder above every pattern.
            wanted: the splits of an `example_gen_pb2.Input`.
            span_range: which spans to choose from; None for the newest.
            marker: the file that marks the folder of a span as complete.
            window: how many spans to read.

        Raises:
            DataError: the patterns contradict each other.
        """
        try:
            super().__init__(base, wanted, span_range)
        except ValueError as error:
            raise DataError(f"{base}: the span pattern is wrong: {error}") from None
        self._selection = (marker, window)

    def resolve_span_and_version(self) -> tuple[int, int | None]:
        """Finds the newest spans, and computes the digest of their files.

        Returns:
            The newest span, or 0 if the pattern has none, and its version if it has
            one.

        Raises:
            DataError: nothing matches, or a file cannot be read.
        """
        base, wanted = self._input_base_uri, example_gen_pb2.Input(splits=self._splits)
        self._spans = sources.newest_spans(base, wanted, *self._selection)
        for split in wanted.splits:
            split.pattern = self.get_pattern_for_span_version(split.pattern, 0, None)
        self._fingerprint = content.digest_of_input(base, wanted)
        return self._spans[-1]

    def get_pattern_for_span_version(
        self, pattern: str, span: int, version: int | None
    ) -> str:
        """Overrides FileBasedInputProcessor.get_pattern_for_span_version.

        Args:
            pattern: the pattern of a split.
            span: ignored, because TFX knows only the newest span.
            version: ignored for the same reason.

        Returns:
            The pattern with every span filled in, one on each line.
        """
        filled = (spans.filled(pattern, one) for one in self._spans)
        return "\n".join(dict.fromkeys(filled))


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
            The parameters with the spans filled in.
        """
        # TFX does not pass the data section on to get_input_processor.
        data = Data.model_validate_json(exec_properties["data"])
        self._selection = (data.span_marker, data.window)
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
        return Processor(input_base_uri or "/", splits, range_config, *self._selection)
