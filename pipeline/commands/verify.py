"""`newsdesk verify`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.arguments import AllowOperations


def verify(
    address: Annotated[
        str,
        typer.Argument(
            help="Folder of a version, or folder or address that contains versions."
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also check the signature, with this public key in PEM.",
        ),
    ] = None,
    certificates: Annotated[
        list[Path] | None,
        typer.Option(
            "--certificate",
            metavar="FILE",
            help="Also check the signature: its certificate must lead to this root "
            "certificate in PEM; may be repeated.",
        ),
    ] = None,
    allow_operations: AllowOperations = None,
) -> None:
    """Check published models against their manifests, and check their operations.

    A manifest proves that the files are as they were published. It does not prove
    who published them; a signature proves both.

    Exit codes: 0 unaltered; 4 a file is altered, missing or new, an operation is
    not allowed, or the signature does not match the key or certificate.
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
            f"{where}: {len(found.files)} files are as run {found.origin.run} "
            f"published them on {found.published:%Y-%m-%d %H:%M}"
            + (f", with a signature valid for {trust.name}" if trust.name else "")
        )

    # A broken link counts as a manifest here, so that `manifest.verify` refuses it.
    if "://" not in address and os.path.lexists(Path(address, manifest.FILE)):
        with quiet():
            found = manifest.verify(Path(address))
            check(Path(address), address)
        say(address, found)
        return
    versions_store = store(address)
    versions = versions_store.versions()
    if not versions:
        raise ModelError(
            f"{address}: contains no version; use a folder or address that a run "
            "pushed to"
        )
    for version in versions:
        where = f"{address.rstrip('/')}/{version}"
        with quiet(), tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
            found = versions_store.fetch(version, Path(scratch))
            check(Path(scratch), where)
        say(where, found)
