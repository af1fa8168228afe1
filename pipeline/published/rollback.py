"""Puts a former version back in service."""

from pipeline.errors import ConfigError
from pipeline.published import manifest, operations
from pipeline.published.places import store


def roll_back(address: str, to: int | None = None) -> tuple[int, int]:
    """Publishes a former version again, as the newest.

    Args:
        address: above the versions.
        to: the version; None for the one before the newest.

    Returns:
        The new version, and the one that it is a copy of.

    Raises:
        ConfigError: there is no such version.
        ModelError: it was altered, or the place cannot be written.
    """
    place = store(address)
    versions = place.versions()
    former = versions[-2] if to is None and len(versions) > 1 else to
    if former not in versions[:-1]:
        there = ", ".join(map(str, versions)) or "none"
        raise ConfigError(
            f"{address}: there is no former version to go back to (versions: {there}); "
            "name one with --to, or train one with `newsdesk run`"
        )
    newest = place.manifest(versions[-1])
    folder = place.stage()
    try:
        found = place.fetch(former, folder)
        operations.check(folder)
        # Data and inputs are those of the model given up: a run that would only make
        # it again has nothing to do.
        origin = found.origin.model_copy(
            update={
                "inputs": newest.origin.inputs,
                "data": newest.origin.data,
                "restored": former,
                "withdrawn": sorted({*newest.origin.withdrawn, newest.model}),
            }
        )
        (folder / manifest.FILE).unlink()
        described = manifest.describe(folder, origin)
        manifest.write(described, folder)
        return place.publish(folder, described), former
    finally:
        place.release(folder)
