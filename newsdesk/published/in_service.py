"""The model in service: the newest version in a destination."""

from dataclasses import dataclass

from newsdesk.published.manifest import Damaged, Manifest
from newsdesk.published.stores import store
from newsdesk.str_enum import StrEnum

# Custom properties of artifacts: the version of a baseline, a mark that there is no
# baseline (some runners always need an artifact), and the outcome of a push.
VERSION, ABSENT, OUTCOME = "version", "absent", "outcome"
# Custom properties of a push: the version that the candidate was compared with, and, as
# lists in JSON, the sentences of the decision.
COMPARED, REFUSALS, SHOWN = "compared_with", "refusals", "shown"
# Custom property of a push: the user's reason to give up the model in service.
ACCEPTED = "accepted"
# Custom property of a baseline: the best of the last versions, if it is another one.
# Its model is in the folder of the same name below the artifact.
BEST = "best"
# Parameter of BaselineModel if no model is in service.
_NO_MODEL = "nothing"


class Outcome(StrEnum):
    """What happened to a candidate that the Evaluator accepted."""

    PUSHED = "pushed"
    # The same model, or a model with the same run key, is already in service.
    IN_SERVICE = "in service"
    # The model was rolled back, and must not be published again.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class InService:
    """The newest version with its manifest.

    Attributes:
        version: its number.
        manifest: its manifest, which was not altered; the files are not checked yet.
    """

    version: int
    manifest: Manifest


def repeated(current: Manifest, run_key: str) -> Outcome | None:
    """Decides whether a run would only repeat a run that was published before.

    `newsdesk run`, the first node on a cluster and the Pusher all use this function.

    Args:
        current: the manifest of the model in service.
        run_key: of the run, from `newsdesk.identity.recipe.run_key`.

    Returns:
        IN_SERVICE for the run key of the model in service, WITHDRAWN for the run key
        of a model that was rolled back, None for others.
    """
    if run_key != current.origin.run_key:
        return None
    # A rollback keeps the run key of the model that it withdraws.
    return Outcome.WITHDRAWN if current.origin.restored else Outcome.IN_SERVICE


@dataclass(frozen=True)
class Expected:
    """What was in service when a run began.

    A runner that does not know what is in service uses None instead of an `Expected`.

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
            expected: None if the runner does not know what is in service.

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
            The expectation; None if the runner did not know what is in service.
        """
        if not written:
            return None
        return cls(None if written == _NO_MODEL else written)


def newest(address: str) -> InService | None:
    """Finds the model in service.

    Args:
        address: the folder above the versions.

    Returns:
        The newest version, None if there is no version.

    Raises:
        Damaged: its manifest is missing or altered.
        ModelError: the destination cannot be read.
    """
    destination = store(address)
    versions = destination.versions()
    if not versions:
        return None
    try:
        return InService(versions[-1], destination.manifest(versions[-1]))
    except Damaged as error:
        raise Damaged(
            f"{error}; version {versions[-1]} is in service, but no model can be "
            "compared with it; put the version before it back with `newsdesk rollback`"
        ) from None
