"""Which Beam runner the passes over rows go to."""

from collections.abc import Sequence

from newsdesk.config.sections import Beam


def beam_args(beam: Beam, extra: Sequence[str] = ()) -> list[str]:
    """Turns the beam section into Beam's own command line.

    Args:
        beam: the configuration's section.
        extra: arguments typed after `--`; the last one given wins.

    Returns:
        Arguments for `beam_pipeline_args`. The runner and its mode are always named,
        because newer Beam versions hand an unnamed DirectRunner to another engine.
    """
    args = [f"--runner={beam.runner}"]
    if beam.runner == "DirectRunner":
        args.append(f"--direct_running_mode={beam.mode}")
        args.append(f"--direct_num_workers={beam.workers}")
        # Without a word on how workers get their packages, TFX builds a source
        # package of itself for every node. Workers here share this installation,
        # and the DirectRunner never looks at the image.
        args.append("--sdk_container_image=none")
    return [*args, *beam.options, *extra]
