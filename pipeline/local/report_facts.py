"""What only the runner knows of a run, kept in its folder for the report."""

import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from components.reporter.outputs import WRITTEN_BY, Outputs
from newsdesk import atomic, regular
from newsdesk.errors import ModelError
from newsdesk.identity.recipe import Recipe

FILE = "report_facts.json"
_MOST_BYTES = 16 << 20
_log = logging.getLogger("newsdesk")


class Facts(BaseModel):
    """Facts about a run that its summary does not have.

    Attributes:
        outputs: folders of artifacts relative to the root, by the names of `Outputs`.
        made: those of them that this run has written, not taken from the cache.
        versions: of packages.
        digests: of data, code and configuration.
        events: the folder of TensorBoard's event files, relative to the root; "" in
            older runs, and if nothing was trained.
        trials: the folder of the trials of a tuning, relative to the root; "" without
            one.
    """

    outputs: dict[str, str] = {}
    made: set[str] = set()
    versions: dict[str, str] = {}
    digests: dict[str, str] = {}
    events: str = ""
    trials: str = ""

    def add_recipe(self, recipe: Recipe, data_digest: str) -> None:
        """Adds the digests with which a run began.

        Args:
            recipe: configuration, code and versions.
            data_digest: the digest of the data's content.
        """
        self.versions = recipe.versions
        self.digests = {
            "data": data_digest,
            "code": recipe.code_digest,
            "configuration and code": recipe.digest,
        }

    def add_outputs(
        self,
        root: Path,
        node: str,
        artifacts: Mapping[str, Any],
        is_made: bool = True,
    ) -> None:
        """Adds the outputs of a node that the report reads or names.

        Args:
            root: the folder of everything that the pipeline writes.
            node: the id of the node.
            artifacts: its outputs by name.
            is_made: whether the node has run, so that they are not from the cache.
        """
        for name, (writer, output) in WRITTEN_BY.items():
            if writer == node and output in artifacts:
                # Relative, because a root may be moved.
                self.outputs[name] = os.path.relpath(artifacts[output].uri, root)
                if is_made:
                    self.made.add(name)
        if node == "Trainer" and "model_run" in artifacts:
            self.events = os.path.relpath(artifacts["model_run"].uri, root)
        if node == "Tuner" and "tuner_results" in artifacts:
            self.trials = os.path.relpath(artifacts["tuner_results"].uri, root)

    def event_files(self, root: Path) -> Path | None:
        """Finds the folder that TensorBoard can show.

        Args:
            root: the folder of everything that the pipeline writes.

        Returns:
            The folder, if it has event files.
        """
        folder = root / self.events
        found = self.events and any(folder.glob("events.out.tfevents.*"))
        return folder if found else None

    def found(self, root: Path, run: str) -> Outputs:
        """Finds the outputs that still exist.

        Args:
            root: the folder of everything that the pipeline writes.
            run: the name of the run.

        Returns:
            Their folders, without those that a later run has written again.
        """
        # After a damaged metadata database was set aside, the numbers of artifacts
        # begin again, and so do the names of their folders.
        replaced = _made_after(root, run)
        folders = {
            name: root / folder
            for name, folder in self.outputs.items()
            if folder not in replaced
        }
        return Outputs(
            **{
                name: folder
                for name, folder in folders.items()
                if name in WRITTEN_BY and folder.is_dir()
            }
        )

    def write(self, folder: Path) -> None:
        """Writes the facts; a full disk must not fail the run.

        Args:
            folder: the folder of the run.
        """
        try:
            atomic.write_text(folder / FILE, self.model_dump_json(indent=1) + "\n")
        except (OSError, ValueError) as error:
            _log.warning("%s: cannot be written: %s", folder / FILE, error)


def _made_after(root: Path, run: str) -> set[str]:
    """Lists the folders that later runs have written, relative to the root."""
    found: set[str] = set()
    for folder in (root / "runs").iterdir():
        if folder.name > run:
            facts = read(folder)
            found.update(
                facts.outputs[name] for name in facts.made & set(facts.outputs)
            )
    return found


def read(folder: Path) -> Facts:
    """Reads the facts of a run.

    Args:
        folder: the folder of the run.

    Returns:
        The facts; without values for a run of an older release, or a damaged file.
    """
    with contextlib.suppress(OSError, ValueError, ModelError):
        return Facts.model_validate_json(regular.read(folder / FILE, _MOST_BYTES))
    return Facts()
