"""Builds the arguments of Apache Beam from the configuration."""

from collections.abc import Sequence

from newsdesk.config.sections import Beam

# Older versions of Beam know it only by its full name.
_IN_PROCESS = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"


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
    args = [f"--runner={_engine(beam)}"]
    if beam.runner == "DirectRunner":
        args.append(f"--direct_running_mode={beam.mode}")
        args.append(f"--direct_num_workers={beam.workers}")
        # Without this option, TFX builds a source package of itself for every node.
        # Workers here share this installation, and a local runner ignores the image.
        args.append("--sdk_container_image=none")
    return [*args, *beam.options, *extra]


def _engine(beam: Beam) -> str:
    """Names the class that runs the pipeline.

    Beam's DirectRunner first tries Prism, which it downloads, and then uses the
    FnApiRunner. Every node would build its pipeline twice. With several workers, the
    DirectRunner is needed, because it passes the options to them.
    """
    if beam.runner == "DirectRunner" and beam.mode == "in_memory":
        return _IN_PROCESS
    return beam.runner
