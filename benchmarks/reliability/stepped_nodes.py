"""Nodes of `steps.py`: they write artifacts and records, or the cache answers."""

from dataclasses import dataclass, field
from pathlib import Path

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as mlmd
from tfx.orchestration import metadata
from tfx.types import artifact_utils, standard_artifacts

from pipeline.local import database
from pipeline.local.outputs import Outputs


@dataclass
class Made:
    """An artifact.

    Attributes:
        place: below the root.
        uri: by which the database knows it.
        content: of its file.
        is_whole: whether it is as it was made.
        runs: indexes of the runs that made or took it.
    """

    place: Path
    uri: str
    content: str
    is_whole: bool = True
    runs: set[int] = field(default_factory=set)


def execute(
    root: Path, run: str, node: str, content: str, made: dict[str, list[Made]]
) -> Made:
    """Runs a node, unless the cache answers for it.

    Args:
        root: where it runs.
        run: the name of the run.
        node: its name.
        content: what it makes; stands for the key of the cache, too.
        made: what the database of the root knows, by content; is added to.

    Returns:
        The artifact, which is as it was made.
    """
    records = metadata_store.MetadataStore(
        metadata.sqlite_metadata_connection_config(str(root / database.DATABASE))
    )
    used = _cached(root, made.get(content, []))
    kind = records.put_execution_type(mlmd.ExecutionType(name=node))
    execution = mlmd.Execution(type_id=kind)
    (execution.id,) = records.put_executions([execution])
    if used:
        (artifact,) = records.get_artifacts_by_uri(used.uri)
    else:
        used = _made(root, node, execution.id, content)
        made.setdefault(content, []).append(used)
        kind = records.put_artifact_type(mlmd.ArtifactType(name="Made"))
        artifact = mlmd.Artifact(type_id=kind, uri=used.uri)
    kind = records.put_context_type(mlmd.ContextType(name="pipeline_run"))
    records.put_execution(
        execution,
        [(artifact, mlmd.Event(type=mlmd.Event.OUTPUT))],
        [mlmd.Context(type_id=kind, name=run)],
        reuse_context_if_already_exist=True,
    )
    assert (root / used.place / "data").read_text() == content
    return used


def _cached(root: Path, known: list[Made]) -> Made | None:
    return next((one for one in reversed(known) if _is_taken(root, one)), None)


def _made(root: Path, node: str, execution: int, content: str) -> Made:
    place = Path("artifacts", node, "output", str(execution))
    (root / place).mkdir(parents=True)
    (root / place / "data").write_text(content)
    Outputs(root).record([str(root / place)])
    return Made(place, str(root / place), content)


def _is_taken(root: Path, known: Made) -> bool:
    """Whether the cache may answer with an artifact; it must be as it was made."""
    is_usable = known.is_whole and known.uri == str(root / known.place)
    artifact = standard_artifacts.Model()
    artifact.uri = known.uri
    with Outputs(root).checked_cache(["model"]):
        try:
            artifact_utils.verify_artifacts({"model": [artifact]})
        except RuntimeError:
            assert not is_usable
            return False
    assert is_usable, f"{known.uri} is not what this root has made"
    return True
