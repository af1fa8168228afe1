"""Puts an earlier version back in service."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsdesk.config.push import Sign
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
        damaged: what is wrong with the version that was in service; None if its
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
    """Publishes an earlier version again, as the newest.

    Args:
        address: the folder above the versions.
        to: the version; None for the newest one that is not damaged, and whose model is
            not in service and was not rolled back before.
        allowed: operations that the configuration allows in addition to the list.
        sign: the section `push.sign`; None if versions are not signed.

    Returns:
        What was done.

    Raises:
        ConfigError: there is no such version.
        ModelError: the version was altered, push.sign is set and its signature is not
            valid, or the destination cannot be written.
    """
    destination = store(address)
    versions = destination.versions()
    newest, damaged = _read(destination, versions[-1]) if versions else (None, None)
    if to is not None and to not in versions[:-1]:
        raise ConfigError(_no_way_back(address, versions, damaged))
    first_damage: Damaged | None = None
    for earlier in _candidates(destination, versions, newest) if to is None else [to]:
        try:
            version = _publish_again(
                destination, earlier, newest, versions[-1], allowed, sign
            )
        except Damaged as error:
            _log.warning("version %d is damaged and was skipped: %s", earlier, error)
            first_damage = first_damage or error
        else:
            return Restored(version, earlier, damaged)
    raise first_damage or ConfigError(_no_way_back(address, versions, damaged))


def _publish_again(
    destination: Store,
    earlier: int,
    given_up: Manifest | None,
    over: int,
    allowed: Collection[str],
    sign: Sign | None,
) -> int:
    folder = destination.stage()
    try:
        found = destination.fetch(earlier, folder)
        if sign:
            _must_be_signed(folder, sign, f"{destination.address}: version {earlier}")
        operations.check(folder, allowed)
        (folder / manifest.FILE).unlink()
        # It signs the manifest that was just removed.
        (folder / manifest.SIGNATURE).unlink(missing_ok=True)
        described = manifest.describe(folder, _origin(found, given_up, earlier))
        manifest.write(described, folder)
        if sign:
            signing.sign(folder, sign)
        return destination.publish(folder, described, over)
    finally:
        destination.release(folder)


def _must_be_signed(folder: Path, sign: Sign, version: str) -> None:
    """Keeps a rollback from signing a version that this pipeline did not publish."""
    try:
        signing.verify_own(folder, sign, version)
    except ModelError as error:
        raise ModelError(
            f"{error}; a rollback would sign it again, so nothing was published; use "
            "another version with --to, or remove push.sign to publish it unsigned"
        ) from None


def _origin(found: Manifest, given_up: Manifest | None, earlier: int) -> Origin:
    if given_up is None:
        # The model of a damaged version may be good, so it is not withdrawn, and a run
        # may train on its data again.
        return found.origin
    # Data digest and run key are those of the model that is given up, so that a run
    # which would only make that model again has nothing to do.
    return found.origin.model_copy(
        update={
            "run_key": given_up.origin.run_key,
            "data_digest": given_up.origin.data_digest,
            "restored": earlier,
            "withdrawn": sorted(
                {*given_up.origin.withdrawn, given_up.model_digest}
                - {found.model_digest}
            ),
        }
    )


def _candidates(
    destination: Store, versions: list[int], newest: Manifest | None
) -> Iterator[int]:
    """Earlier versions, newest first, without models that were rolled back before."""
    given_up = {newest.model_digest, *newest.origin.withdrawn} if newest else set()
    for version in versions[-2::-1]:
        found, damage = _read(destination, version)
        if damage:
            _log.warning("version %d is damaged and was skipped: %s", version, damage)
        elif found and found.model_digest not in given_up:
            yield version


def _read(destination: Store, version: int) -> tuple[Manifest | None, str | None]:
    """A version's manifest, or else what is wrong with it."""
    try:
        return destination.manifest(version), None
    except Damaged as error:
        return None, str(error)


def _no_way_back(address: str, versions: list[int], damaged: str | None) -> str:
    listed = ", ".join(map(str, versions)) or "none"
    fault = f"{address}: there is no version to roll back to (versions: {listed})"
    if damaged:
        return (
            f"{fault}, and the newest is damaged: {damaged}; remove the folder of "
            f"version {versions[-1]}, and train a new one with `newsdesk run`"
        )
    return f"{fault}; choose one with --to, or train a new one with `newsdesk run`"
