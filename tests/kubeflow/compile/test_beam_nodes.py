"""Each Beam node of a compiled pipeline gets the arguments of its runner."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubeflow.compile import compiler
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from newsdesk.nodes import NODES
from tests.kubeflow.beam_runners import RUNNERS
from tests.kubeflow.test_compile import sample

GOLDEN = Path(__file__).parent / "beam_nodes.golden.yaml"


def on(runner: str, *more: str) -> Config:
    """The sample on one of `RUNNERS`."""
    values = RUNNERS[runner].items()
    root = "kubeflow.root=gs://news/runs"
    return sample(root, *(f"beam.{key}={value}" for key, value in values), *more)


def arguments(runner: str, *more: str) -> dict[str, Any]:
    """The arguments for Beam of each node that has some."""
    (spec, _) = yaml.safe_load_all(compiler.compile(on(runner, *more)))
    found = {}
    for name, executor in spec["deploymentSpec"]["executors"].items():
        words = executor["container"]["args"]
        beam = [word for word in words if re.match(r"--\w+=", word)]
        if words[0] == "--node" and beam:
            found[name.removeprefix("exec-")] = beam
    return found


def golden() -> str:
    """The arguments for every engine, as the golden file has them."""
    return yaml.safe_dump({runner: arguments(runner) for runner in RUNNERS})


@pytest.mark.slow
def test_each_beam_node_has_the_reviewed_arguments() -> None:
    # After a review: python -m tests.kubeflow.compile.test_beam_nodes
    assert golden() == GOLDEN.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("runner", RUNNERS)
def test_only_nodes_whose_workers_use_the_store_leave_their_pod(runner: str) -> None:
    (spec, _) = yaml.safe_load_all(compiler.compile(on(runner)))
    for name, executor in spec["deploymentSpec"]["executors"].items():
        words = executor["container"]["args"]
        if words[0] == "--node":
            text = " ".join(words)
            is_remote = bool(NODES[words[1]].of_workers)
            assert ("PortableRunner" in text or "Dataflow" in text) is is_remote, name
            assert ('"remote": true' in text) is is_remote, name


@pytest.mark.slow
def test_pieces_are_learned_in_the_pod() -> None:
    found = arguments("flink", "text.tokenizer=pieces")
    assert "FnApiRunner" in found["transform"][0]
    assert found["text-statistics"][0] == "--runner=PortableRunner"


def test_loopback_workers_are_refused_on_a_cluster() -> None:
    settings = ("runner=flink", "job_endpoint=jobs:8099", "environment=loopback")
    with pytest.raises(ConfigError, match=r"beam\.environment: loopback workers are"):
        compiler.compile(sample(*(f"beam.{one}" for one in settings)))


if __name__ == "__main__":
    GOLDEN.write_text(golden())
