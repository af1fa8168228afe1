"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

NEWSDESK = Path("newsdesk.toml")
File = Annotated[Path, typer.Argument(help="The pipeline's configuration file.")]
ConfigOption = Annotated[
    Path, typer.Option("--config", help="The pipeline's configuration file.")
]
RunId = Annotated[
    str, typer.Argument(help="The id of the run, or its first characters.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="SECTION.KEY=VALUE",
        help="Override a key of the configuration; may be repeated.",
    ),
]
AllowOperations = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-operation",
        metavar="NAME",
        help="Accept a TensorFlow operation that is not on the allow-list; may be "
        "repeated.",
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        help="Name of a column, if the file has no header; repeat it for every "
        "column, in order.",
    ),
]
RunsRoot = Annotated[
    Path | None,
    typer.Option(
        "--root",
        help="Folder of a pipeline (output.root). By default, all pipelines in "
        "./newsdesk.",
    ),
]
PushedRoot = Annotated[
    Path | None,
    typer.Option(
        "--root",
        help="Folder of a pipeline (output.root), whose newest pushed model is used. "
        "By default, the newest push of all pipelines in ./newsdesk.",
    ),
]
ModelFolder = Annotated[
    Path | None,
    typer.Option(help="Folder of a model, or of versions; used instead of --root."),
]
Compiled = Annotated[
    Path | None,
    typer.Option(
        "--pipeline",
        help="A file that `newsdesk compile` wrote. By default, the configuration is "
        "compiled now.",
    ),
]
