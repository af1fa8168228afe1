"""The model in service: the newest version in a place."""

from dataclasses import dataclass

from newsdesk.published.manifest import Damaged, Manifest
from newsdesk.published.stores import store
from newsdesk.str_enum import StrEnum

# Custom properties of artifacts: the version of a baseline, a mark for a runner that
# cannot do without an artifact, and the outcome of a push.
VERSION, ABSENT, OUTCOME = "version", "absent", "outcome"
# Parameter of BaselineModel where no model is in service.
_NO_MODEL = "nothing"


class Outcome(StrEnum):
    """What became of a candidate that the Evaluator accepted."""

    PUSHED = "pushed"
    # The same model, or one of the same inputs, is in service already.
    IN_SERVICE = "in service"
    # It was rolled back from, and must not come back.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class InService:
    """The newest version, and what its manifest says.

    Attributes:
        version: its number.
        manifest: unchanged since it was written; the files are not looked at yet.
    """

    version: int
    manifest: Manifest


def repeated(current: Manifest, run_key: str) -> Outcome | None:
    """Says how a run ends that would only repeat what the model in service shows.

    `newsdesk run`, the first node on a cluster and the Pusher all decide by it.

    Args:
        current: of the model in service.
        run_key: of the run, from `newsdesk.identity.recipe.run_key`.

    Returns:
        IN_SERVICE for the key of the model in service, WITHDRAWN for that of a model
        that was rolled back from, None for others.
    """
    if run_key != current.origin.run_key:
        return None
    # A rollback keeps the inputs of the model that it withdraws.
    return Outcome.WITHDRAWN if current.origin.restored else Outcome.IN_SERVICE


@dataclass(frozen=True)
class Expected:
    """What was in service when a run began.

    A runner that does not look has None instead of an `Expected`.

    Attributes:
        digest: of the manifest of the model in service; None if there was no model.
    """

    digest: str | None

    @classmethod
    def of(cls, current: InService | None) -> "Expected":
        """Expects what is in service now.

        Args:
            current: from `newest`.

        Returns:
            Its digest, or that there is no model.
        """
        return cls(current.manifest.digest if current else None)

    @staticmethod
    def to_parameter(expected: "Expected | None") -> str:
        """Writes an expectation as the parameter of a node.

        Args:
            expected: None where the runner does not know what is in service.

        Returns:
            A string that differs for every model in service.
        """
        return "" if expected is None else expected.digest or _NO_MODEL

    @classmethod
    def from_parameter(cls, written: str) -> "Expected | None":
        """Reads an expectation.

        Args:
            written: by `to_parameter`.

        Returns:
            The expectation; None where the runner did not know what is in service.
        """
        if not written:
            return None
        return cls(None if written == _NO_MODEL else written)


def newest(address: str) -> InService | None:
    """Finds the model in service.

    Args:
        address: the folder above the versions.

    Returns:
        The newest version, None where nothing was ever published.

    Raises:
        Damaged: its manifest is missing or altered.
        ModelError: the place cannot be read.
    """
    place = store(address)
    versions = place.versions()
    if not versions:
        return None
    try:
        return InService(versions[-1], place.manifest(versions[-1]))
    except Damaged as error:
        raise Damaged(
            f"{error}; version {versions[-1]} is in service and cannot be compared "
            "with: `newsdesk rollback` puts the version before it back"
        ) from None
