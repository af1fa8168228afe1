"""Says what a run would do: files, nodes, folders; changes nothing on the disk."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsdesk.config.data import Data
from newsdesk.config.sections import Config
from newsdesk.identity.recipe import recipe, run_key
from newsdesk.published.in_service import InService, newest, repeated
from newsdesk.published.stores import store
from pipeline.local import cached_nodes, ownership


@dataclass(frozen=True)
class Read:
    """Files that a run would read.

    Attributes:
        key: the key of the configuration that names them.
        place: the file, folder, pattern or handle.
        files: the number of files; 0 for a handle.
        size: their bytes.
    """

    key: str
    place: str
    files: int
    size: int


@dataclass(frozen=True)
class Plan:
    """What a run would do.

    Attributes:
        reads: the files that it would read.
        spans: the spans of the data.
        in_service: the number of the version in service; None without one.
        repeats: the version in service or withdrawn that the run would only repeat,
            in words; "" if it would do something.
        cached: by node, whether it would come from the cache; empty if nothing runs.
        writes: what it would write, and where.
        answers: whether it would answer the rows of score.path, even if it repeats a
            version.
    """

    reads: list[Read]
    spans: list[str]
    in_service: int | None
    repeats: str
    cached: dict[str, bool]
    writes: list[tuple[str, str]]
    answers: bool = False


def plan(config: Config, beam_args: Sequence[str] = (), accepted: str = "") -> Plan:
    """Finds out what a run would do.

    Args:
        config: the effective configuration.
        beam_args: arguments for Beam that override the configuration.
        accepted: the reason to give up the model in service; "" without one.

    Returns:
        The plan.

    Raises:
        NewsdeskError: the run would end with this error before its first node.
    """
    from components.bulk_inferrer import record
    from components.text_example_gen import content, named_splits, sources

    ownership.check(config.root, config.name)
    data = named_splits.find(config.data)
    config = config.model_copy(update={"data": data})
    reads = list(_reads(config))
    key = run_key(recipe(config).digest, content.data_digest(data))
    current = newest(config.serving)
    if current:
        store(config.serving).verify(current.version)
    again = _repeats(current, key) if current and not accepted else ""
    return Plan(
        reads=reads,
        spans=sources.span_names(data),
        in_service=current.version if current else None,
        repeats=again,
        cached={}
        if again
        else cached_nodes.cached(config, current, beam_args, accepted),
        writes=[] if again else _writes(config),
        answers=record.is_due(config.score, current),
    )


def _repeats(current: InService, key: str) -> str:
    outcome = repeated(current.manifest, key)
    if outcome is None:
        return ""
    return (
        f"version {current.version} is from the same data, configuration and code"
        + (", and was rolled back to" if current.manifest.origin.restored else "")
    )


def _reads(config: Config) -> Iterator[Read]:
    from components.text_example_gen import sources

    data = config.data
    base, wanted = sources.input_of(data)
    if data.path.startswith("tfds:"):
        yield Read("data.path", data.path, 0, 0)
    else:
        found = sources.files_of(base, wanted, data.span_marker, data.window)
        for split, files in sorted(found.items()):
            yield _read(_key(data, split), _place(data, split), files)
    yield _read("data.schema_file", data.schema_file, [data.schema_file])
    if vocabulary := config.text.vocabulary:
        yield _read("text.vocabulary", vocabulary, [vocabulary])
    if config.score:
        from components.bulk_inferrer import record

        yield _read("score.path", config.score.path, record.files_of(config.score))
    for key, place in config.model.encoder.places.items():
        if "://" in place:
            yield Read(key, place, 0, 0)
        else:
            from newsdesk.config.paths import files_below

            yield _read(key, place, files_below(place))


def _key(data: Data, split: str) -> str:
    return f"data.splits.{split}" if split in data.splits else "data.path"


def _place(data: Data, split: str) -> str:
    """The pattern of a split, or of all files."""
    if split in data.splits:
        return os.path.join(data.path, data.splits[split])
    return data.path


def _read(key: str, place: str, files: Sequence[str]) -> Read:
    sizes = [os.path.getsize(file) for file in files if os.path.exists(file)]
    return Read(key, place, len(files), sum(sizes))


def _writes(config: Config) -> list[tuple[str, str]]:
    root = config.root
    found = [("artifacts, metadata, log and report", str(root))]
    if Path(config.checkpoints).parent != root:
        found.append(("checkpoints", str(config.checkpoints)))
    found.append(("a version, if the model passes", config.serving))
    if config.score:
        found.append(("answers to the rows of score.path", config.score.out))
    return found
