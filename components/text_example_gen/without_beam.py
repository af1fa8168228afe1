"""Does what the Beam transforms do, in this process, and in the same order.

For some ten thousand rows, Beam's stages take as long as reading and writing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from components.text_example_gen.routing import Route, Stratify
from components.text_example_gen.row_reader import Source
from components.text_example_gen.shards import Shards
from components.text_example_gen.splits import names_of
from components.text_example_gen.strata import Strata
from components.text_example_gen.transforms import (
    BATCHES,
    NOTES,
    CollectTexts,
    CutFiles,
    ReadFiles,
    dividing,
    planned,
    small,
    written,
)
from newsdesk.config.data import Data


def write(
    data: Data, sources: list[Source], prefixes: Mapping[str, str], notes: Path
) -> None:
    """Writes the files of every split, and the notes.

    Args:
        data: the data section.
        sources: the files to read.
        prefixes: how the paths of the files of each split begin.
        notes: the file for the notes; its folder is made.
    """
    notes.parent.mkdir(parents=True, exist_ok=True)
    with notes.open("w", encoding="utf-8") as stream:
        parts = _parts(data, sources, stream)
        strata = _strata(data, sources, parts)
        stream.writelines(f"{line}\n" for line in small(strata))
        outputs = {
            split: _Output(Shards(prefixes[split]))
            for split in names_of(planned(sources))
        }
        for part in parts:
            for found in ReadFiles(data).process(part):
                if found.tag != BATCHES:
                    stream.write(f"{found.value}\n")
                    continue
                for routed in Route().process(found.value, strata):
                    outputs[routed.tag].write(routed.value)
                    stream.write(f"{written(routed.value, routed.tag)}\n")
        for output in outputs.values():
            output.finish()


def _parts(data: Data, sources: list[Source], notes: TextIO) -> list[Source]:
    parts = []
    for source in sources:
        for found in CutFiles(data).process(source):
            if isinstance(found, Source):
                parts.append(found)
            else:
                assert found.tag == NOTES
                notes.write(f"{found.value}\n")
    return parts


def _strata(data: Data, sources: list[Source], parts: list[Source]) -> Strata:
    stratify = Stratify(dividing(planned(sources)))
    sums = stratify.create_accumulator()
    for part in parts:
        for texts in CollectTexts(data).process(part):
            sums = stratify.add_input(sums, texts)
    return stratify.extract_output(sums)


class _Output:
    """The files of one split.

    Args:
        sink: writes them.
    """

    def __init__(self, sink: Shards) -> None:
        self._sink = sink
        self._folder = sink.initialize_write()
        self._writer: Any = None
        self._files: list[str] = []

    def write(self, batch: list[bytes]) -> None:
        """Writes a batch of rows into the file that is not full."""
        if self._writer is None:
            # Beam sorts the files by this name.
            name = f"{len(self._files):09}"
            self._writer = self._sink.open_writer(self._folder, name)
        self._writer.write(batch)
        if self._writer.at_capacity():
            self._close()

    def finish(self) -> None:
        """Gives all files their names."""
        if self._writer is not None:
            self._close()
        checked = self._sink.pre_finalize(self._folder, self._files)
        for _ in self._sink.finalize_write(self._folder, self._files, checked):
            pass

    def _close(self) -> None:
        self._files.append(self._writer.close())
        self._writer = None
