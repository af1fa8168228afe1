"""What has the name of a checkpoint and is not a file is neither read nor followed."""

import os
from pathlib import Path

import numpy as np

from trainer.training.checkpoints import Checkpoints


def test_a_pipe_is_set_aside(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, {"step": np.array([1])})
    os.mkfifo(tmp_path / "2.npz")
    assert checkpoints.restore(lambda values: int(values["step"][0])) == 1
    assert (tmp_path / "2.npz.unusable").is_fifo()


def test_the_name_of_the_run_is_not_written_through_a_link(tmp_path: Path) -> None:
    folder, target = tmp_path / "checkpoints", tmp_path / "target"
    target.write_text("precious")
    folder.mkdir()
    (folder / "run.txt").symlink_to(target)
    Checkpoints(folder).sign("/root/runs/r000001-20260101T000000Z")
    assert target.read_text() == "precious"
    assert (folder / "run.txt").read_text().endswith("Z\n")
