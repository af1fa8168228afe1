"""A signature proves who published a version; other signatures are refused."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from newsdesk.config.push import Sign
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError, ModelError
from newsdesk.published import manifest, signing
from newsdesk.published.local_store import LocalStore
from newsdesk.published.manifest import Origin
from newsdesk.published.rollback import roll_back
from newsdesk.published.signing import Trust
from newsdesk.published.store import Store
from tests.support import keys
from tests.support.versions import FillModel, Publish

pytest.importorskip("model_signing")
pytestmark = pytest.mark.slow

OTHERS = "the files are not those that were signed"


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, Path]:
    """A private and a public key."""
    return keys.pair(tmp_path, "key")


@pytest.fixture
def settings(key: tuple[Path, Path]) -> Sign:
    return Sign(private_key=str(key[0]))


@pytest.fixture
def trust(key: tuple[Path, Path]) -> Trust:
    return Trust(key[1])


@pytest.fixture
def model(
    tmp_path: Path, fill_model: FillModel, origin: Origin, settings: Sign
) -> Path:
    """A signed version."""
    folder = tmp_path / "model"
    fill_model(folder)
    manifest.write(manifest.describe(folder, origin), folder)
    signing.sign(folder, settings)
    return folder


def _refusal(model: Path, trust: Trust) -> str:
    with pytest.raises(ModelError) as refused:
        signing.verify(model, trust, "version 7")
    return str(refused.value)


def test_a_signed_version_is_accepted_with_its_key(model: Path, trust: Trust) -> None:
    signing.verify(model, trust, "version 7")
    # The signature is in no manifest, and no file beside the manifest is unknown.
    paths = [part.path for part in manifest.verify(model).files]
    assert paths == ["saved_model.pb", "variables/variables.index"]


def test_another_key_is_refused(model: Path, tmp_path: Path) -> None:
    other = keys.pair(tmp_path, "other")[1]
    told = _refusal(model, Trust(other))
    assert told.startswith(
        f"version 7: its signature is not valid for {other}: Key mis"
    )


def test_a_rewritten_manifest_is_found(
    model: Path, trust: Trust, origin: Origin
) -> None:
    (model / "saved_model.pb").write_bytes(b"another graph")
    manifest.write(manifest.describe(model, origin), model)
    manifest.verify(model)
    assert _refusal(model, trust).endswith(f"{trust.key}: {OTHERS}")


def test_a_changed_origin_is_found(model: Path, trust: Trust, origin: Origin) -> None:
    changed = origin.model_copy(update={"metrics": {"accuracy": 1.0}})
    manifest.write(manifest.describe(model, changed), model)
    manifest.verify(model)
    assert OTHERS in _refusal(model, trust)


# model-signing leaves the files of git out where nobody says otherwise.
@pytest.mark.parametrize("name", ["assets/new", ".git/hooks", ".gitignore"])
def test_a_file_that_was_not_signed_is_found(
    model: Path, trust: Trust, name: str
) -> None:
    (model / name).parent.mkdir(exist_ok=True)
    (model / name).write_text("new")
    assert OTHERS in _refusal(model, trust)


def test_a_version_without_a_signature_is_named(model: Path, trust: Trust) -> None:
    (model / manifest.SIGNATURE).unlink()
    assert _refusal(model, trust) == (
        "version 7: is not signed: assets.extra/model.sig is missing, and a manifest "
        "does not prove who published it"
    )


def test_the_signature_of_another_version_is_refused(
    model: Path, settings: Sign, trust: Trust, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(model, other)
    (other / "saved_model.pb").write_bytes(b"other")
    signing.sign(other, settings)
    shutil.copy(other / manifest.SIGNATURE, model / manifest.SIGNATURE)
    assert OTHERS in _refusal(model, trust)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"dsseEnvelope": 1}'])
def test_a_file_that_is_not_a_signature_is_refused(
    model: Path, trust: Trust, content: bytes
) -> None:
    (model / manifest.SIGNATURE).write_bytes(content)
    assert "version 7: its signature is not valid for" in _refusal(model, trust)


def test_flipped_bits_of_a_signature_are_refused(model: Path, trust: Trust) -> None:
    written = (model / manifest.SIGNATURE).read_bytes()
    start = written.index(b'"sig":"') + len(b'"sig":"')
    for place in range(start, start + 60, 7):
        flipped = bytearray(written)
        flipped[place] ^= 1
        (model / manifest.SIGNATURE).write_bytes(flipped)
        assert "is not valid" in _refusal(model, trust)


def test_a_pipe_as_a_signature_is_not_read(model: Path, trust: Trust) -> None:
    (model / manifest.SIGNATURE).unlink()
    os.mkfifo(model / manifest.SIGNATURE)
    assert "is a pipe and not a regular file" in _refusal(model, trust)
    with pytest.raises(ModelError, match="is neither a file nor a folder"):
        manifest.verify(model)


def test_a_certificate_leads_to_its_root(
    model: Path, key: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate, root = keys.certificates(tmp_path, key[0])
    settings = Sign(
        private_key=str(key[0]), certificate=str(certificate), chain=[str(root)]
    )
    signing.check(settings)
    signing.sign(model, settings)
    signing.verify(model, Trust(certificates=[root]), "version 7")
    other = tmp_path / "other"
    other.mkdir()
    wrong = keys.certificates(other, key[0])[1]
    told = _refusal(model, Trust(certificates=[wrong]))
    assert f"its signature is not valid for {wrong}: " in told
    # A signature with a certificate is not one with a key.
    assert "is not valid for" in _refusal(model, Trust(key[1]))


def test_a_certificate_without_its_root_is_refused_at_the_start(
    key: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate, _ = keys.certificates(tmp_path, key[0])
    other = tmp_path / "other"
    other.mkdir()
    chain = [str(keys.certificates(other, key[0])[1])]
    settings = Sign(private_key=str(key[0]), certificate=str(certificate), chain=chain)
    with pytest.raises(ConfigError, match=r"^push\.sign: .*above it in push\.sign\.ch"):
        signing.check(settings)


def test_a_certificate_of_another_key_is_refused_at_the_start(
    key: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate, root = keys.certificates(tmp_path, keys.pair(tmp_path, "other")[0])
    settings = Sign(
        private_key=str(key[0]), certificate=str(certificate), chain=[str(root)]
    )
    told = r"^push\.sign: .*does not match the public key paired with the private key"
    with pytest.raises(ConfigError, match=told):
        signing.check(settings)


@pytest.mark.parametrize("name", ["rsa", "encrypted", "text", "public"])
def test_a_file_that_cannot_sign_is_refused_at_the_start(
    tmp_path: Path, name: str
) -> None:
    file = keys.unusable(tmp_path)[name]
    with pytest.raises(
        ConfigError, match=rf"^push\.sign: {file}: cannot be used: .*not encrypted$"
    ):
        signing.check(Sign(private_key=str(file)))


def test_a_missing_key_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "pipe"):
        with pytest.raises(ConfigError, match=f"{name}: is missing, or is not a regul"):
            signing.check(Sign(private_key=str(tmp_path / name)))
        with pytest.raises(ConfigError, match=f"^--key: .*{name}: is missing, or is n"):
            signing.verify(tmp_path, Trust(tmp_path / name), "version 7")


def test_a_key_may_be_a_link_as_kubernetes_mounts_it(
    key: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(key[0])
    signing.check(Sign(private_key=str(tmp_path / "link")))


def test_without_the_package_the_sentence_says_what_to_install(
    settings: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "model_signing", None)
    told = "^push.sign: the package that signs is missing; run `pip install newsdesk"
    with pytest.raises(ConfigError, match=re.escape(told[1:])):
        signing.check(settings)


PublishSigned = Callable[..., int]


@pytest.fixture
def publish_signed(
    fill_model: FillModel, origin: Origin, settings: Sign
) -> PublishSigned:
    def publish(store: Store, graph: bytes = b"graph") -> int:
        folder = store.stage()
        fill_model(folder)
        (folder / "saved_model.pb").write_bytes(graph)
        described = manifest.describe(folder, origin)
        manifest.write(described, folder)
        signing.sign(folder, settings)
        newest = max(store.versions(), default=None)
        return store.publish(folder, described, newest)

    return publish


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStore:
    # The models of these tests hold no graph; operations have tests of their own.
    monkeypatch.setattr("newsdesk.published.rollback.operations.check", lambda *_: None)
    return LocalStore(tmp_path / "serving")


def test_a_rollback_is_signed_again(
    store: LocalStore,
    publish_signed: PublishSigned,
    settings: Sign,
    trust: Trust,
    tmp_path: Path,
) -> None:
    publish_signed(store, b"good")
    publish_signed(store, b"bad")
    done = roll_back(store.address, sign=settings)
    folder = tmp_path / "serving" / str(done.version)
    assert store.verify(done.version).origin.restored == done.copied
    signing.verify(folder, trust, "version 7")


def test_a_rollback_without_a_key_leaves_no_old_signature(
    store: LocalStore, publish_signed: PublishSigned, tmp_path: Path
) -> None:
    publish_signed(store, b"good")
    publish_signed(store, b"bad")
    done = roll_back(store.address)
    folder = tmp_path / "serving" / str(done.version)
    assert not (folder / manifest.SIGNATURE).exists()
    store.verify(done.version)


def test_a_rollback_does_not_sign_what_was_not_signed(
    store: LocalStore, publish: Publish, publish_signed: PublishSigned, settings: Sign
) -> None:
    unsigned = publish(store, graph=b"anybody's")
    publish_signed(store, b"bad")
    before = store.versions()
    told = rf"version {unsigned}: is not signed: .* nothing was published; use"
    with pytest.raises(ModelError, match=told):
        roll_back(store.address, sign=settings)
    assert store.versions() == before


@pytest.mark.parametrize("given", ["certificate", "chain"])
def test_a_certificate_and_its_chain_go_together(
    given: str, make_config: Callable[..., Config]
) -> None:
    value = {"certificate": "/c.crt", "chain": ["/root.crt"]}[given]
    with pytest.raises(ValidationError, match="certificate and chain require"):
        make_config(push={"sign": {"private_key": "/k.pem", given: value}})
