"""Executors that are killed, abort, or lose their store."""

import atexit
import os
import signal
from pathlib import Path
from typing import Any

from tfx.dsl.components.base import base_executor

from newsdesk.errors import Interrupted


class Aborts(base_executor.BaseExecutor):
    """Does its work, and aborts in the interpreter's teardown, as C++ code may."""

    def Do(
        self,
        input_dict: dict[str, list[Any]],
        output_dict: dict[str, list[Any]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do."""
        print("said at the end", end="")
        atexit.register(os.abort)


class _FailsOnce(base_executor.BaseExecutor):
    """Fails half way, unless the file `marker` exists from the first attempt."""

    def fail(self) -> None:
        """Ends the first attempt."""
        raise NotImplementedError

    def Do(
        self,
        input_dict: dict[str, list[Any]],
        output_dict: dict[str, list[Any]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do."""
        folder, marker = Path(output_dict["model"][0].uri), exec_properties["marker"]
        folder.mkdir()
        if not Path(marker).exists():
            Path(marker).touch()
            (folder / "half").touch()
            self.fail()
        (folder / "whole").touch()


class KilledOnce(_FailsOnce):
    """Is killed in its first attempt."""

    def fail(self) -> None:
        """Overrides _FailsOnce.fail."""
        os.kill(os.getpid(), signal.SIGKILL)


class UnreachableOnce(_FailsOnce):
    """Loses its store in its first attempt."""

    def fail(self) -> None:
        """Overrides _FailsOnce.fail."""
        raise ConnectionResetError("the store has closed the connection")


class SavesOnRequest(base_executor.BaseExecutor):
    """Works until it gets a signal, and then saves, as the Trainer does."""

    def Do(
        self,
        input_dict: dict[str, list[Any]],
        output_dict: dict[str, list[Any]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do."""
        try:
            print("working", flush=True)
            signal.pause()
        except Interrupted:
            Path(exec_properties["marker"]).write_text("saved")
            raise
