"""What several commands take."""

from pathlib import Path
from typing import Annotated

import typer

NEWSDESK = Path("newsdesk.toml")
File = Annotated[Path, typer.Argument(help="The pipeline's configuration file.")]
ConfigOption = Annotated[
    Path, typer.Option("--config", help="The pipeline's configuration file.")
]
RunId = Annotated[str, typer.Argument(help="The run's id, or enough of its beginning.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="May be repeated."),
]
AllowOperations = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-operation",
        metavar="NAME",
        help="Accept a TensorFlow operation that is not on the allow-list; repeatable.",
    ),
]
Compiled = Annotated[
    Path | None,
    typer.Option("--pipeline", help="A compiled one; else it is compiled now."),
]
