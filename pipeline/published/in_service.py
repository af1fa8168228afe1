"""The model in service: the newest version in a place."""

from dataclasses import dataclass

from pipeline.published.manifest import Damaged, Manifest
from pipeline.published.places import store

# What the nodes note on their artifacts: the version of a baseline, that there is none
# where a runner cannot do without the artifact, and what became of a blessed candidate.
VERSION, ABSENT, OUTCOME = "version", "absent", "outcome"
PUSHED, IN_SERVICE, WITHDRAWN = "pushed", "in service", "withdrawn"

# What stands for the digest of the model in service where there is none.
NOTHING = "nothing"


@dataclass(frozen=True)
class InService:
    """The newest version, and what its manifest says.

    Attributes:
        version: its number.
        manifest: unchanged since it was written; the files are not looked at yet.
    """

    version: int
    manifest: Manifest


def repeated(current: Manifest, inputs: str) -> str | None:
    """Says how a run ends that would only repeat what the model in service shows.

    `newsdesk run`, the first node on a cluster and the Pusher all decide by it.

    Args:
        current: of the model in service.
        inputs: the run's configuration, code and data, as `pipeline.inputs.key`.

    Returns:
        IN_SERVICE for the inputs of the model in service, WITHDRAWN for those of a
        model that was rolled back from, None for others.
    """
    if inputs != current.origin.inputs:
        return None
    # A rollback keeps the inputs of the model that it withdraws.
    return WITHDRAWN if current.origin.restored else IN_SERVICE


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
