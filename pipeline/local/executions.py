"""Reads what TFX has written down about executions."""

from typing import Any


class Records:
    """The metadata store of one pipeline root."""

    def __init__(self, connection: Any) -> None:
        """Keeps the connection; it is opened for each question.

        Args:
            connection: a `tfx.orchestration.metadata.Metadata`.
        """
        self._connection = connection

    def state(self, execution: int) -> str:
        """Tells how an execution ended.

        Args:
            execution: its id.

        Returns:
            `COMPLETE`, `CACHED`, `FAILED`, ... as ML Metadata names it.
        """
        with self._connection as handle:
            (found,) = handle.store.get_executions_by_id([execution])
        return str(type(found).State.Name(found.last_known_state))

    def outputs(self, execution: int) -> dict[str, Any]:
        """Finds what an execution, or the one its cache answered for, has made.

        Args:
            execution: its id.

        Returns:
            The first artifact of every output, by the output's name.
        """
        with self._connection as handle:
            events = handle.store.get_events_by_execution_ids([execution])
            written = {
                event.artifact_id: event.path.steps[0].key
                for event in events
                if event.type in (event.OUTPUT, event.DECLARED_OUTPUT)
            }
            artifacts = handle.store.get_artifacts_by_id(list(written))
        return {written[artifact.id]: artifact for artifact in artifacts}


def text_property(artifact: Any, name: str) -> str | None:
    """Reads what a node has noted on an artifact.

    Args:
        artifact: as the metadata store holds it.
        name: of a custom property.

    Returns:
        Its text, None if it has none.
    """
    found: str = artifact.custom_properties[name].string_value
    return found or None
