"""Builds the arguments of Apache Beam from the configuration."""

from collections.abc import Sequence

from newsdesk.config.sections import Beam


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
    args = [f"--runner={beam.runner}"]
    if beam.runner == "DirectRunner":
        args.append(f"--direct_running_mode={beam.mode}")
        args.append(f"--direct_num_workers={beam.workers}")
        # Without this option, TFX builds a source package of itself for every node.
        # Workers here share this installation, and the DirectRunner ignores the image.
        args.append("--sdk_container_image=none")
    return [*args, *beam.options, *extra]
