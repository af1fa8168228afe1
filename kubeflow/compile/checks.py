"""Checks that a configuration can be compiled for a cluster."""

from kubeflow.compile.exit_handler import variable
from kubeflow.files import delivery
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError


def check(config: Config) -> None:
    """Refuses a configuration that cannot be compiled, before slow imports.

    Args:
        config: the whole configuration.

    Raises:
        ConfigError: a key is missing or has a value that a cluster cannot use.
    """
    if not config.kubeflow.image:
        raise ConfigError(
            "kubeflow.image: is missing; name the image that runs the nodes "
            "(`make image` builds one)"
        )
    if config.train.strategy == "multi_worker":
        raise ConfigError(
            "train.strategy: multi_worker needs several pods, but the Trainer of a "
            "pipeline is one pod; use mirrored for several GPUs in one pod, or train "
            "with kubeflow/manifests/training"
        )
    if config.beam.environment == "loopback":
        raise ConfigError(
            "beam.environment: loopback workers are threads of the node, whose pod the "
            "job server cannot reach; use external or docker"
        )
    delivery.must_outlive_containers(config, "push.destination", config.serving)
    if config.score:
        delivery.must_outlive_containers(config, "score.out", config.score.out)
    if config.push.sign:
        delivery.must_be_in_a_volume(config, "push.sign", config.push.sign.files)
    if config.output.checkpoints:
        folder = config.output.checkpoints
        delivery.must_outlive_containers(config, "output.checkpoints", folder)
    if config.output.notify:
        variable(config.output.notify, config.kubeflow)
