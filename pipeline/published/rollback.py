"""Puts a former version back in service."""

from pipeline.errors import ConfigError
from pipeline.published import manifest, operations
from pipeline.published.places import store
from pipeline.published.store import Store


def roll_back(address: str, to: int | None = None) -> tuple[int, int]:
    """Publishes a former version again, as the newest.

    Args:
        address: above the versions.
        to: the version; None for the newest that is another model, and not one that
            was rolled back from.

    Returns:
        The new version, and the one that it is a copy of.

    Raises:
        ConfigError: there is no such version.
        ModelError: it was altered, or the place cannot be written.
    """
    place = store(address)
    versions = place.versions()
    former = _former(place, versions) if to is None else to
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
                "withdrawn": sorted(
                    {*newest.origin.withdrawn, newest.model} - {found.model}
                ),
            }
        )
        (folder / manifest.FILE).unlink()
        described = manifest.describe(folder, origin)
        manifest.write(described, folder)
        return place.publish(folder, described), former
    finally:
        place.release(folder)


def _former(place: Store, versions: list[int]) -> int | None:
    """What was in service before; going back twice does not go forth again."""
    if not versions:
        return None
    newest = place.manifest(versions[-1])
    given_up = {newest.model, *newest.origin.withdrawn}
    return next(
        (one for one in versions[-2::-1] if place.manifest(one).model not in given_up),
        None,
    )
