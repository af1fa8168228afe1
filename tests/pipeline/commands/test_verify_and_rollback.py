"""`verify`, `predict --verify` and `rollback` of published models."""

import datetime
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import pipeline.configs
from newsdesk.config.push import Sign
from newsdesk.errors import ConfigError, ExitCode, Locked, ModelError, NewsdeskError
from newsdesk.published import manifest, signing
from newsdesk.published.remote_store import RemoteStore
from pipeline.cli import app
from pipeline.local import lock
from pipeline.local.history import RunFolder, Summary
from tests.support import keys, model, poisoned_models, s3
from tests.support.destination import names

pytestmark = pytest.mark.slow

SAMPLE = Path(pipeline.configs.__path__[0], "sample.toml")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exported models."""
    folder = tmp_path_factory.mktemp("exported")
    model.export(folder / "first")
    model.export(folder / "second", scale=0.2)
    return folder


@pytest.fixture
def serving(tmp_path: Path, exported: Path) -> Path:
    """Both, as versions."""
    model.push(exported / "first", tmp_path / "root" / "serving")
    model.push(exported / "second", tmp_path / "root" / "serving")
    return tmp_path / "root" / "serving"


def _versions(serving: Path) -> list[Path]:
    return [serving / name for name in names(serving)]


def _call(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def _alter(version: Path) -> None:
    file = version / "variables" / "variables.data-00000-of-00001"
    altered = bytearray(file.read_bytes())
    altered[0] ^= 1
    file.write_bytes(altered)


def _refusal(done: Result) -> str:
    """Gives the error of a refused model; fails if it was not refused."""
    assert isinstance(done.exception, ModelError), done.output
    assert done.exception.exit_code == ExitCode.STOPPED_BY_GATE
    return str(done.exception)


def test_a_version_is_verified(serving: Path) -> None:
    version = _versions(serving)[0]
    done = _call("verify", version)
    assert done.exit_code == 0
    assert f"{version}: " in done.output
    assert "files are as run 20260101-000000 published them on" in done.output


def test_a_version_is_verified_with_a_key(serving: Path, tmp_path: Path) -> None:
    pytest.importorskip("model_signing")
    private, public = keys.pair(tmp_path, "key")
    first, second = _versions(serving)
    signing.sign(first, Sign(private_key=str(private)))
    done = _call("verify", first, "--key", public)
    assert done.exit_code == 0, done.output
    assert done.output.rstrip().endswith(f", with a signature valid for {public}")
    told = _refusal(_call("verify", serving, "--key", public))
    assert told.startswith(f"{second}: is not signed: ")
    told = _refusal(_call("verify", first, "--key", keys.pair(tmp_path, "other")[1]))
    assert told.startswith(f"{first}: its signature is not valid for ")
    # What is signed and no model that may be served is refused all the same.
    _alter(first)
    told = _refusal(_call("verify", first, "--key", public))
    assert "was altered" in told


def test_a_run_that_cannot_sign_does_not_begin(tmp_path: Path) -> None:
    pytest.importorskip("model_signing")
    key = tmp_path / "key.pem"
    words = [f"push.sign.private_key={key}", f"output.root={tmp_path}"]
    done = _call("run", SAMPLE, *(f"--set={word}" for word in words))
    assert isinstance(done.exception, NewsdeskError), done.output
    assert done.exception.exit_code == ExitCode.WRONG_USAGE
    assert str(done.exception) == (
        f"push.sign: {key}: is missing, or is not a regular file"
    )
    assert not (tmp_path / "artifacts").exists()


def test_a_key_and_a_certificate_together_are_wrong_usage(serving: Path) -> None:
    done = _call("verify", serving, "--key", "k.pem", "--certificate", "c.pem")
    assert done.exit_code == ExitCode.WRONG_USAGE
    assert "give --key or --certificate, not both" in done.output


def test_every_version_of_a_destination_is_verified(serving: Path) -> None:
    done = _call("verify", f"{serving}/")
    assert done.exit_code == 0
    told = [line.partition(": ")[0] for line in done.output.splitlines()]
    assert told == [str(version) for version in _versions(serving)]


def test_an_altered_version_among_several_is_found(serving: Path) -> None:
    _alter(_versions(serving)[0])
    told = _refusal(_call("verify", serving))
    assert "variables.data-00000-of-00001 was altered; do not serve" in told


@pytest.mark.parametrize("make", [None, "empty", "1"])
def test_a_folder_without_versions_is_refused(tmp_path: Path, make: str | None) -> None:
    if make:
        (tmp_path / "place" / make).mkdir(parents=True)
    assert f"{tmp_path}/place" in _refusal(_call("verify", tmp_path / "place"))


def test_operations_of_a_model_are_verified(tmp_path: Path) -> None:
    poisoned_models.export_with_canary(tmp_path / "model", tmp_path / "canary")
    serving = tmp_path / "serving"
    version = model.push(tmp_path / "model", serving)
    told = _refusal(_call("verify", serving / str(version)))
    assert "has the operation WriteFile" in told
    assert not (tmp_path / "canary").exists()


def test_an_operation_can_be_allowed_by_name(
    serving: Path, monkeypatch: pytest.MonkeyPatch, rollback: list[str]
) -> None:
    from newsdesk.inspection import operations

    monkeypatch.setattr(operations, "OPERATIONS", operations.OPERATIONS - {"Tile"})
    for words in (["verify", serving], ["predict", "--model", serving, "a text"]):
        assert "has the operation Tile" in _refusal(_call(*words))
        assert _call(*words, "--allow-operation", "Tile").exit_code == 0
    assert "has the operation Tile" in _refusal(_call(*rollback))


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_manifest_that_is_not_a_file_does_not_block(
    serving: Path, rollback: list[str], kind: str
) -> None:
    first, newest = _versions(serving)
    file = newest / manifest.FILE
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")
    said = f"manifest.json: is a {kind} and not a regular file, so it was not read"
    assert said in _refusal(_call("verify", newest))
    assert said in _refusal(_call("verify", serving))
    done = _call(*rollback)
    assert done.exit_code == 0
    damaged, restored = done.output.splitlines()
    assert damaged.startswith("the version that was in service is damaged: ")
    assert said in damaged
    assert restored.endswith(f"is in service: a copy of version {first.name}")


def test_operations_are_checked_before_a_prediction(tmp_path: Path) -> None:
    poisoned_models.export_with_canary(tmp_path / "model", tmp_path / "canary")
    told = _refusal(_call("predict", "--model", tmp_path / "model", "a text"))
    assert "has the operation WriteFile" in told
    assert not (tmp_path / "canary").exists()


def test_a_verified_model_answers(
    serving: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    done = _call("predict", "--model", serving, "--verify", "a text")
    assert done.exit_code == 0
    assert capfd.readouterr().out.split()[1] in model.LABELS


def test_a_new_file_in_a_model_is_found_only_with_verify(
    serving: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (_versions(serving)[-1] / "assets" / "words.txt").write_text("not ours")
    words = ("predict", "--root", serving.parent, "a text")
    told = _refusal(_call(*words, "--verify"))
    assert "assets/words.txt is not in the manifest" in told
    assert capfd.readouterr().out == ""
    assert _call(*words).exit_code == 0


def test_a_model_without_a_manifest_is_not_trusted(exported: Path) -> None:
    told = _refusal(
        _call("predict", "--model", exported / "first", "--verify", "a text")
    )
    assert "a model without a manifest is not trusted" in told


@pytest.fixture
def rollback(serving: Path, repository: Path) -> list[str]:
    """The command `rollback` for the root of the versions."""
    sample = repository / "pipeline" / "configs" / "sample.toml"
    return ["rollback", str(sample), "--set", f"output.root={serving.parent}"]


def test_a_rollback_names_the_version_in_service(
    serving: Path, rollback: list[str]
) -> None:
    first, _ = _versions(serving)
    done = _call(*rollback)
    newest = _versions(serving)[-1]
    assert done.exit_code == 0
    version, copied = newest.name, first.name
    assert (
        done.output == f"version {version} is in service: a copy of version {copied}\n"
    )
    assert manifest.verify(newest).origin.restored == int(first.name)


def test_an_unknown_version_is_wrong_usage(serving: Path, rollback: list[str]) -> None:
    done = _call(*rollback, "--to", "7")
    assert isinstance(done.exception, ConfigError)
    assert done.exception.exit_code == ExitCode.WRONG_USAGE
    assert len(_versions(serving)) == 2


def test_an_altered_older_version_is_not_put_in_service(
    serving: Path, rollback: list[str]
) -> None:
    _alter(_versions(serving)[0])
    assert "was altered" in _refusal(_call(*rollback))
    assert len(_versions(serving)) == 2


def test_a_rollback_is_refused_during_a_run(serving: Path, rollback: list[str]) -> None:
    with lock.held(serving.parent, "a run"):
        assert isinstance(_call(*rollback).exception, Locked)
    assert len(_versions(serving)) == 2


def test_a_copied_version_verifies_anywhere(serving: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(_versions(serving)[0], moved)
    assert _call("verify", moved).exit_code == 0


def test_a_model_in_an_object_store_answers(
    tmp_path: Path, exported: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    with s3.bucket() as address:
        store = RemoteStore(f"{address}/news")
        staged = store.stage()
        shutil.copytree(exported / "first", staged, dirs_exist_ok=True)
        described = manifest.describe(staged, model.origin())
        manifest.write(described, staged)
        version = store.publish(staged, described, None)
        run = root / "runs" / "r000001-20260101T000000Z"
        run.mkdir(parents=True)
        RunFolder(run).write(
            Summary(
                run=run.name,
                pipeline="news",
                started=datetime.datetime.now(datetime.timezone.utc),
                data="rows.csv",
                pushed=f"{store.address}/{version}",
            )
        )
        assert _call("predict", "--model", exported / "first", "a text").exit_code == 0
        here = capfd.readouterr().out
        done = _call("predict", "--root", root, "--verify", "a text")

    assert done.exit_code == 0, done.exception
    assert capfd.readouterr().out == here != ""
