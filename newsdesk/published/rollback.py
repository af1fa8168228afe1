"""Puts a former version back in service."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsdesk.config.sections import Sign
from newsdesk.errors import ConfigError, ModelError
from newsdesk.inspection import operations
from newsdesk.published import manifest, signing
from newsdesk.published.manifest import Damaged, Manifest, Origin
from newsdesk.published.store import Store
from newsdesk.published.stores import store

_log = logging.getLogger("newsdesk")


@dataclass(frozen=True)
class Restored:
    """What a rollback did.

    Attributes:
        version: the new version.
        copied: the version that it is a copy of.
        damaged: says what is wrong with the version that was in service; None if its
            manifest could be read.
    """

    version: int
    copied: int
    damaged: str | None = None


def roll_back(
    address: str,
    to: int | None = None,
    allowed: Collection[str] = (),
    sign: Sign | None = None,
) -> Restored:
    """Publishes a former version again, as the newest.

    Args:
        address: above the versions.
        to: the version; None for the newest that is another model, that is as it was
            published, and that was not rolled back from.
        allowed: operations that the configuration allows besides the list.
        sign: the section `push.sign`; None if versions are not signed.

    Returns:
        What was done.

    Raises:
        ConfigError: there is no such version.
        ModelError: it was altered, it is to be signed and was not signed before, or the
            place cannot be written.
    """
    place = store(address)
    versions = place.versions()
    newest, damaged = _read(place, versions[-1]) if versions else (None, None)
    if to is not None and to not in versions[:-1]:
        raise ConfigError(_no_way_back(address, versions, damaged))
    passed_over: Damaged | None = None
    for former in _formers(place, versions, newest) if to is None else [to]:
        try:
            version = _publish_again(place, former, newest, versions[-1], allowed, sign)
        except Damaged as error:
            _log.warning("version %d is passed over: %s", former, error)
            passed_over = passed_over or error
        else:
            return Restored(version, former, damaged)
    raise passed_over or ConfigError(_no_way_back(address, versions, damaged))


def _publish_again(
    place: Store,
    former: int,
    given_up: Manifest | None,
    over: int,
    allowed: Collection[str],
    sign: Sign | None,
) -> int:
    folder = place.stage()
    try:
        found = place.fetch(former, folder)
        if sign:
            _must_be_signed(folder, sign, f"{place.address}: version {former}")
        operations.check(folder, allowed)
        (folder / manifest.FILE).unlink()
        # It is of the manifest that was removed.
        (folder / manifest.SIGNATURE).unlink(missing_ok=True)
        described = manifest.describe(folder, _origin(found, given_up, former))
        manifest.write(described, folder)
        if sign:
            signing.sign(folder, sign)
        return place.publish(folder, described, over)
    finally:
        place.release(folder)


def _must_be_signed(folder: Path, sign: Sign, version: str) -> None:
    """Keeps a rollback from signing what others have put into the place."""
    try:
        signing.verify_own(folder, sign, version)
    except ModelError as error:
        raise ModelError(
            f"{error}; a rollback would sign it anew, so nothing was published; choose "
            "another version with --to, or remove push.sign to publish it unsigned"
        ) from None


def _origin(found: Manifest, given_up: Manifest | None, former: int) -> Origin:
    if given_up is None:
        # Nobody judged the damaged version's model, so it is not withdrawn, and its
        # data may be trained on again.
        return found.origin
    # Data and inputs are those of the model given up: a run that would only make it
    # again has nothing to do.
    return found.origin.model_copy(
        update={
            "run_key": given_up.origin.run_key,
            "data_digest": given_up.origin.data_digest,
            "restored": former,
            "withdrawn": sorted(
                {*given_up.origin.withdrawn, given_up.model_digest}
                - {found.model_digest}
            ),
        }
    )


def _formers(
    place: Store, versions: list[int], newest: Manifest | None
) -> Iterator[int]:
    """What was in service before; going back twice does not go forth again."""
    given_up = {newest.model_digest, *newest.origin.withdrawn} if newest else set()
    for version in versions[-2::-1]:
        found, damage = _read(place, version)
        if damage:
            _log.warning("version %d is passed over: %s", version, damage)
        elif found and found.model_digest not in given_up:
            yield version


def _read(place: Store, version: int) -> tuple[Manifest | None, str | None]:
    """A version's manifest, or what is wrong with it."""
    try:
        return place.manifest(version), None
    except Damaged as error:
        return None, str(error)


def _no_way_back(address: str, versions: list[int], damaged: str | None) -> str:
    there = ", ".join(map(str, versions)) or "none"
    nothing = f"{address}: there is no former version to go back to (versions: {there})"
    if damaged:
        return (
            f"{nothing}, and the newest is damaged: {damaged}; remove the folder of "
            f"version {versions[-1]}, and train one with `newsdesk run`"
        )
    return f"{nothing}; name one with --to, or train one with `newsdesk run`"
