"""`newsdesk verify`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.arguments import AllowOperations


def verify(
    address: Annotated[
        str, typer.Argument(help="A version's folder, or the address above versions.")
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Check the signature too, with a public key in PEM.",
        ),
    ] = None,
    certificates: Annotated[
        list[Path] | None,
        typer.Option(
            "--certificate",
            metavar="FILE",
            help="Check the signature too, with a root certificate in PEM that the "
            "signing certificate must lead to; repeatable.",
        ),
    ] = None,
    allow_operations: AllowOperations = None,
) -> None:
    """Hold a published model against its manifest, and look at what it may do.

    A manifest proves that the files are as they were published, not who published
    them; a signature proves both.

    Exit codes: 0 unaltered, 4 something is altered, missing, new or not allowed, or not
    signed with the key or certificate.
    """
    import os
    import tempfile

    from newsdesk.errors import ModelError
    from newsdesk.inspection import operations
    from newsdesk.published import manifest, signing
    from newsdesk.published.stores import store
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer

    if key and certificates:
        raise typer.BadParameter("give --key or --certificate, not both")
    trust = signing.Trust(key, certificates or ())

    def check(folder: Path, where: str) -> None:
        if trust.name:
            signing.verify(folder, trust, where)
        operations.check(folder, allow_operations or ())

    def say(where: str, found: manifest.Manifest) -> None:
        answer(
            f"{where}: {len(found.files)} files as they were published by run "
            f"{found.origin.run} on {found.published:%Y-%m-%d %H:%M}"
            + (f", with a signature valid for {trust.name}" if trust.name else "")
        )

    # A link that leads nowhere is there, and is refused by what it is.
    if "://" not in address and os.path.lexists(Path(address, manifest.FILE)):
        with quiet():
            found = manifest.verify(Path(address))
            check(Path(address), address)
        say(address, found)
        return
    place = store(address)
    versions = place.versions()
    if not versions:
        raise ModelError(f"{address}: holds no version; name a folder that was pushed")
    for version in versions:
        where = f"{address.rstrip('/')}/{version}"
        with quiet(), tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
            found = place.fetch(version, Path(scratch))
            check(Path(scratch), where)
        say(where, found)
