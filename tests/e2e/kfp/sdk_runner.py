"""Runs a compiled pipeline with the runner of KFP's SDK: sdk_runner.py ARGUMENTS.

It is started in an environment of kfp and docker alone; the arguments are JSON.
"""

import json
import os
import sys

from kfp import components, local


def main() -> None:
    """Runs the pipeline; each task is a container of its own."""
    asked = json.loads(sys.argv[1])
    # The containers' user is another than the one that makes the folders.
    os.umask(0)
    runner = local.DockerRunner(
        environment=asked["environment"],
        network_mode="host",
        read_only=True,
        cap_drop=["ALL"],
        tmpfs={folder: "rw,mode=1777" for folder in asked["writable"]},
    )
    local.init(runner=runner, pipeline_root=asked["root"])
    components.load_component_from_file(asked["pipeline"])()


if __name__ == "__main__":
    main()
