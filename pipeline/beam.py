"""Builds the arguments of Apache Beam from the configuration."""

from collections.abc import Sequence

from newsdesk.config.beam import DATAFLOW, DIRECT, DIRECT_MULTI, Beam

# By their full names, because newer versions of Beam replace the DirectRunner by Prism.
_IN_PROCESS = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
_IN_PROCESSES = "pipeline.direct_multi.DirectMulti"
# Without an image, TFX builds a source package of itself for every node and sends it
# to the workers. They have this installation already, so there is nothing to send.
_NO_PACKAGE = "--sdk_container_image=none"


def beam_args(beam: Beam, extra: Sequence[str] = ()) -> list[str]:
    """Turns the beam section into command line arguments of Beam.

    Args:
        beam: the configuration's section.
        extra: arguments that the user gave after `--`; the last value of an option
            wins.

    Returns:
        Arguments for `beam_pipeline_args`. The runner and its mode are always named,
        because newer Beam versions may otherwise choose another engine.
    """
    return [*_of_runner(beam), *beam.options, *extra]


def _of_runner(beam: Beam) -> list[str]:
    if beam.runner == DIRECT:
        return _direct(_IN_PROCESS, "in_memory", 1)
    if beam.runner == DIRECT_MULTI:
        # Beam starts a process for each core if the number is 0.
        workers = beam.workers if "workers" in beam.model_fields_set else 0
        return _direct(_IN_PROCESSES, "multi_processing", workers)
    if beam.runner == "DirectRunner":
        is_one = beam.mode == "in_memory"
        name = _IN_PROCESS if is_one else _IN_PROCESSES
        return _direct(name, beam.mode, beam.workers)
    if beam.runner == DATAFLOW:
        return _dataflow(beam)
    if beam.is_class:
        return [f"--runner={beam.runner}"]
    return _portable(beam)


def _direct(runner: str, mode: str, workers: int) -> list[str]:
    return [
        f"--runner={runner}",
        f"--direct_running_mode={mode}",
        f"--direct_num_workers={workers}",
        _NO_PACKAGE,
    ]


def _portable(beam: Beam) -> list[str]:
    """Arguments for a job server, which knows its engine itself."""
    args = [
        "--runner=PortableRunner",
        f"--job_endpoint={beam.job_endpoint}",
        f"--environment_type={str(beam.environment).upper()}",
    ]
    address = {"external": beam.worker_address, "docker": beam.image}
    if config := address.get(beam.environment or ""):
        args.append(f"--environment_config={config}")
    if "workers" in beam.model_fields_set and beam.workers:
        args.append(f"--parallelism={beam.workers}")
    return [*args, _NO_PACKAGE]


def _dataflow(beam: Beam) -> list[str]:
    args = [
        "--runner=DataflowRunner",
        f"--project={beam.project}",
        f"--region={beam.region}",
        f"--temp_location={beam.temp_location}",
        f"--sdk_container_image={beam.image}",
        # The image has the SDK, so none is sent.
        "--sdk_location=container",
    ]
    if beam.service_account:
        args.append(f"--service_account_email={beam.service_account}")
    if "workers" in beam.model_fields_set and beam.workers:
        args.append(f"--max_num_workers={beam.workers}")
    return args
