"""`newsdesk serve`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsdesk.errors import ConfigError, NewsdeskError
from pipeline.commands.arguments import AllowOperations, ModelFolder, PushedRoot

if TYPE_CHECKING:
    from pipeline.predict.find_model import Pushed


def serve(
    root: PushedRoot = None,
    model: ModelFolder = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the model in addresses. By default, the name of its folder."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 chooses a free one.")
    ] = 8501,
    host: Annotated[
        str, typer.Option(help="Address to listen on; see --allow-network.")
    ] = "127.0.0.1",
    allow_network: Annotated[
        bool,
        typer.Option(
            "--allow-network",
            help="Let other machines reach the server. It has neither passwords nor "
            "encryption.",
        ),
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(
            help="Check every version against its manifest before it answers."
        ),
    ] = True,
    allow_operations: AllowOperations = None,
) -> None:
    """Serve the pushed model over HTTP, to try it.

    Answers TensorFlow Serving's REST requests, and shows a page with a text box. A
    newly pushed version replaces the one in service between two requests. Ctrl-C or
    SIGTERM stops the server after the requests that have begun.

    Exit codes: 0 stopped by a signal; 1 the address cannot be used, or packages are
    missing; 2 wrong usage, or no model is pushed; 4 the model differs from its
    manifest, or contains operations that a text classifier does not need.
    """
    import importlib.util

    missing = [
        package
        for package in ("starlette", "uvicorn")
        if not importlib.util.find_spec(package)
    ]
    if missing:
        raise NewsdeskError(
            f"serve needs {' and '.join(missing)}, which are not installed; run `pip "
            "install newsdesk[serve]`"
        )
    from rich.console import Console

    from newsdesk.escaping import escaped
    from pipeline.interrupt import interruptible
    from pipeline.predict.find_model import Pushed, find_model
    from pipeline.serve import addresses
    from pipeline.serve.loading import load
    from pipeline.serve.run import run
    from pipeline.terminal.logfile import quiet

    with addresses.bound(host, port, allow_network) as made:
        found = find_model(root, model)
        name = _checked(name or _name_of(found))
        with quiet() as screen:
            console = Console(file=screen)

            def say(line: str) -> None:
                text = escaped(line)
                console.print(text, highlight=False, markup=False, soft_wrap=True)

            say(f"loading {found}")
            # A signal must not leave the files of a fetched model behind.
            with interruptible():
                loaded = load(found, verify, allow_operations or ())
            run(
                name,
                loaded,
                found.address if isinstance(found, Pushed) else None,
                made,
                lambda pushed: load(pushed, verify, allow_operations or ()),
                say,
            )


def _name_of(found: "Path | Pushed") -> str:
    """The name of the folder with the versions, or of the pipeline above `serving`."""
    parts = str(found).rstrip("/").split("/")
    folder = Path(str(found)).resolve().parts if "://" not in str(found) else parts
    above = [part for part in folder if not part.isdigit()] or ["model"]
    if above[-1] == "serving" and len(above) > 1:
        above.pop()
    return above[-1]


def _checked(name: str) -> str:
    if not name or not name.isprintable() or set(name) & set("/:?#%"):
        raise ConfigError(
            f"--name {name!r}: cannot be part of an address; choose a name of letters, "
            "digits, - and _"
        )
    return name
