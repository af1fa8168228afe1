"""Runs a compiled pipeline with the runner of KFP's SDK: sdk_runner.py ARGUMENTS.

It runs in an environment that has only kfp and docker. The arguments are JSON.
"""

import json
import os
import sys

from kfp import components, local


def main() -> None:
    """Runs the pipeline, with one container per task."""
    arguments = json.loads(sys.argv[1])
    # Another user makes the folders than the user of the containers, who writes there.
    os.umask(0)
    runner = local.DockerRunner(
        environment=arguments["environment"],
        network_mode="host",
        read_only=True,
        cap_drop=["ALL"],
        tmpfs={folder: "rw,mode=1777" for folder in arguments["writable"]},
    )
    local.init(runner=runner, pipeline_root=arguments["root"])
    components.load_component_from_file(arguments["pipeline"])()


if __name__ == "__main__":
    main()
