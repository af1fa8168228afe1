"""Reads the records of executions in the metadata store of TFX."""

from typing import Any


class Records:
    """The metadata store of one pipeline root."""

    def __init__(self, connection: Any) -> None:
        """Keeps the connection, which is opened for each query.

        Args:
            connection: a `tfx.orchestration.metadata.Metadata`.
        """
        self._connection = connection

    def state(self, execution: int) -> str:
        """Finds the final state of an execution.

        Args:
            execution: the id of the execution.

        Returns:
            The state as ML Metadata names it: `COMPLETE`, `CACHED`, `FAILED`, ...
        """
        with self._connection as handle:
            (found,) = handle.store.get_executions_by_id([execution])
        return str(type(found).State.Name(found.last_known_state))

    def outputs(self, execution: int) -> dict[str, Any]:
        """Finds the artifacts that an execution wrote or took from the cache.

        Args:
            execution: the id of the execution.

        Returns:
            The first artifact of every output, by the name of the output.
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
    """Reads a custom property that a node wrote to an artifact.

    Args:
        artifact: an artifact of the metadata store.
        name: the name of the property.

    Returns:
        Its text; None if it is not set or empty.
    """
    found: str = artifact.custom_properties[name].string_value
    return found or None
