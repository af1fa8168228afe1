"""Runs the compiled sample in containers: `python -m tests.e2e.kfp IMAGE`.

`sdk` runs it with the runner of KFP's SDK, `minio` with artifacts in an object store,
and `kills` kills every container once and starts a second run. Each scenario must push
one version with the metrics of `newsdesk run` in the same image.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.kfp.engine import ContainerFailed, Engine
from tests.e2e.kfp.range import Metrics, Range, models
from tests.e2e.kfp.scenarios import SCENARIOS

_TOLERANCE = 1e-3


def main() -> None:
    """Runs the scenarios, and prints one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image")
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS))
    arguments = parser.parse_args()
    failed = 0
    with models() as environment, tempfile.TemporaryDirectory() as scratch:
        range_ = Range(Engine(arguments.image, environment), Path(scratch))
        Path(scratch).chmod(0o755)
        expected = range_.unbroken()
        print(f"newsdesk run in the image: {_short(expected)}", flush=True)
        for name in arguments.scenarios:
            began = time.monotonic()
            try:
                pushed = SCENARIOS[name](range_)
            except ContainerFailed as error:
                print(error)
                pushed = []
            equal = len(pushed) == 1 and _agree(pushed[0], expected)
            failed += not equal
            print(
                f"{name}: {len(pushed)} version pushed, "
                f"{_short(pushed[0]) if pushed else 'no metrics'}: "
                f"{'equal' if equal else 'NOT EQUAL'}, "
                f"{time.monotonic() - began:.0f} s",
                flush=True,
            )
    ran = len(arguments.scenarios)
    print(f"{ran - failed} of {ran} ways through containers came to the same result")
    sys.exit(bool(failed))


def _agree(found: Metrics, expected: Metrics) -> bool:
    return found.keys() == expected.keys() and all(
        abs(found[name] - expected[name]) <= _TOLERANCE for name in expected
    )


def _short(metrics: Metrics) -> str:
    names = ("accuracy", "macro_f1", "loss")
    return ", ".join(f"{name} {metrics[name]:.4f}" for name in names if name in metrics)


if __name__ == "__main__":
    main()
