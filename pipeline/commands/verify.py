"""`newsdesk verify`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.arguments import AllowOperations


def verify(
    address: Annotated[
        str, typer.Argument(help="A version's folder, or the address above versions.")
    ],
    allow_operations: AllowOperations = None,
) -> None:
    """Hold a published model against its manifest, and look at what it may do.

    Exit codes: 0 unaltered, 4 something is altered, missing, new or not allowed.
    """
    import os
    import tempfile

    from pipeline.errors import ModelError
    from pipeline.logfile import quiet
    from pipeline.published import manifest, operations
    from pipeline.published.places import store
    from pipeline.streams import answer

    allowed = allow_operations or ()

    def say(where: str, found: manifest.Manifest) -> None:
        answer(
            f"{where}: {len(found.files)} files as they were published by run "
            f"{found.origin.run} on {found.published:%Y-%m-%d %H:%M}"
        )

    # A link that leads nowhere is there, and is refused by what it is.
    if "://" not in address and os.path.lexists(Path(address, manifest.FILE)):
        with quiet():
            found = manifest.verify(Path(address))
            operations.check(Path(address), allowed)
        say(address, found)
        return
    place = store(address)
    versions = place.versions()
    if not versions:
        raise ModelError(f"{address}: holds no version; name a folder that was pushed")
    for version in versions:
        with quiet(), tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
            found = place.fetch(version, Path(scratch))
            operations.check(Path(scratch), allowed)
        say(f"{address.rstrip('/')}/{version}", found)
