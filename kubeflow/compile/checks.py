"""What a configuration must have before it is compiled for a cluster."""

from kubeflow.compile.exit_handler import variable
from kubeflow.files import delivery
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError


def check(config: Config) -> None:
    """Refuses what cannot be compiled, before anything slow is imported or read.

    Args:
        config: the whole configuration.

    Raises:
        ConfigError: names the key and what to do.
    """
    if not config.kubeflow.image:
        raise ConfigError(
            "kubeflow.image: say which image runs the nodes; `make image` builds one"
        )
    if config.train.strategy == "multi_worker":
        raise ConfigError(
            "train.strategy: multi_worker takes several pods, and the Trainer of a "
            "pipeline is one; choose mirrored for several GPUs of one pod, or run "
            "kubeflow/manifests/training"
        )
    delivery.must_outlive_containers(config, "push.destination", config.serving)
    if config.push.sign:
        delivery.must_be_in_a_volume(config, "push.sign", config.push.sign.files)
    if config.output.checkpoints:
        place = config.output.checkpoints
        delivery.must_outlive_containers(config, "output.checkpoints", place)
    if config.output.notify:
        variable(config.output.notify, config.kubeflow)
