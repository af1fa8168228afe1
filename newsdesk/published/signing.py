"""Signs versions and verifies signatures, which prove who published a model.

A manifest cannot prove this. Signatures have the format of sigstore's model-signing, so
its command can verify them as well. Keys and certificates come from files; the network
is not used.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk import regular
from newsdesk.config.push import Sign
from newsdesk.errors import ConfigError, ModelError, reason
from newsdesk.published import manifest

# A signature lists every file of a version with its digest.
_MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class Trust:
    """Whose signatures are accepted: those of a key, or of a certificate.

    Attributes:
        key: a public key; None for certificates.
        certificates: the certificates that a signing certificate must lead to.
    """

    key: Path | None = None
    certificates: Sequence[Path] = ()

    @property
    def name(self) -> str:
        """The files, for a message."""
        return ", ".join(str(file) for file in (self.key, *self.certificates) if file)


def check(settings: Sign) -> None:
    """Signs an empty folder, to find wrong settings before a run, which signs last.

    Args:
        settings: the section `push.sign`.

    Raises:
        ConfigError: model-signing is not installed, a file cannot be used, or the
            certificate does not lead to the last one of the chain.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
        (Path(scratch) / manifest.SIGNATURE).parent.mkdir()
        sign(Path(scratch), settings)
        try:
            verify_own(Path(scratch), settings, "a folder signed as a test")
        except ModelError as error:
            raise ConfigError(
                f"push.sign: {error}; use a certificate that allows signing, and list "
                "all certificates above it in push.sign.chain"
            ) from None


def sign(folder: Path, settings: Sign) -> None:
    """Signs all files of a version, its manifest included.

    Args:
        folder: of the SavedModel; gets the signature.
        settings: the section `push.sign`.

    Raises:
        ConfigError: model-signing is not installed, or a file cannot be used.
        ModelError: the signature cannot be made or written.
    """
    signer = _signer(settings).set_hashing_config(_hashing())
    try:
        signer.sign(folder, folder / manifest.SIGNATURE)
    except OSError as error:
        raise ModelError(f"{folder}: cannot be signed: {reason(error)}") from None


def verify(folder: Path, trust: Trust, where: str) -> None:
    """Checks who published a version whose files fit its manifest.

    Args:
        folder: of the SavedModel; `manifest.verify` accepted it.
        trust: whose signatures are accepted.
        where: names the version in an error.

    Raises:
        ConfigError: model-signing is not installed, or `trust` has a file that cannot
            be used.
        ModelError: the version is not signed, its files are not those that were signed,
            or `trust` does not include the signer.
    """
    verifier = _verifier(trust).set_hashing_config(_hashing())
    file = folder / manifest.SIGNATURE
    try:
        regular.read(file, _MOST_BYTES)
    except FileNotFoundError:
        raise ModelError(
            f"{where}: is not signed: {manifest.SIGNATURE} is missing, and a manifest "
            "does not prove who published it"
        ) from None
    except OSError as error:
        raise ModelError(
            f"{where}: {manifest.SIGNATURE} cannot be read: {reason(error)}"
        ) from None
    try:
        verifier.verify(folder, file)
    # The libraries of keys, certificates and JSON have no common class of errors.
    except Exception as error:
        raise ModelError(
            f"{where}: its signature is not valid for {trust.name}: {_summary(error)}"
        ) from None


def verify_own(folder: Path, settings: Sign, where: str) -> None:
    """Checks that a version was signed with the settings of this pipeline.

    Args:
        folder: of the SavedModel; `manifest.verify` accepted it.
        settings: the section `push.sign`.
        where: names the version in an error.

    Raises:
        ConfigError: see `verify`.
        ModelError: see `verify`.
    """
    with _own(settings) as trust:
        verify(folder, trust, where)


@contextlib.contextmanager
def _own(settings: Sign) -> Iterator[Trust]:
    """The trust that accepts signatures made with these settings."""
    # Raises an error that says what is wrong with the files.
    _signer(settings)
    if settings.certificate:
        yield Trust(certificates=[Path(file) for file in settings.chain])
        return
    from cryptography.hazmat.primitives import serialization

    private = Path(settings.private_key).read_bytes()
    public = serialization.load_pem_private_key(private, None).public_key()
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
        file = Path(scratch, "public.pem")
        file.write_bytes(
            public.public_bytes(
                serialization.Encoding.PEM,
                serialization.PublicFormat.SubjectPublicKeyInfo,
            )
        )
        yield Trust(key=file)


def _signer(settings: Sign) -> Any:
    signing = _library("push.sign").signing
    config = signing.Config()
    with _usable("push.sign", [Path(file) for file in settings.files]):
        if settings.certificate is None:
            return config.use_elliptic_key_signer(private_key=settings.private_key)
        return config.use_certificate_signer(
            private_key=settings.private_key,
            signing_certificate=settings.certificate,
            certificate_chain=settings.chain,
        )


def _verifier(trust: Trust) -> Any:
    config = _library("--key, --certificate").verifying.Config()
    if trust.key:
        with _usable("--key", [trust.key]):
            return config.use_elliptic_key_verifier(public_key=trust.key)
    with _usable("--certificate", trust.certificates):
        return config.use_certificate_verifier(certificate_chain=trust.certificates)


def _hashing() -> Any:
    """Signs all files but the signature; by default, .git would be left out as well."""
    return (
        _library("push.sign")
        .hashing.Config()
        .set_ignored_paths(paths=[manifest.SIGNATURE], ignore_git_paths=False)
    )


def _library(what: str) -> Any:
    try:
        import model_signing
    except ImportError:
        raise ConfigError(
            f"{what}: the package that signs is missing; run `pip install "
            "newsdesk[sign]`"
        ) from None
    return model_signing


@contextlib.contextmanager
def _usable(key: str, files: Sequence[Path]) -> Iterator[None]:
    """Turns faults of keys and certificates into a ConfigError."""
    names = ", ".join(map(str, files))
    for file in files:
        # Reading a pipe would wait for a writer. Links to files are allowed.
        if not file.is_file():
            raise ConfigError(f"{key}: {file}: is missing, or is not a regular file")
    try:
        yield
    except OSError as error:
        name = error.filename or names
        raise ConfigError(f"{key}: {name}: cannot be read: {reason(error)}") from None
    except Exception as error:
        raise ConfigError(
            f"{key}: {names}: cannot be used: {_summary(error)}; use PEM files, with "
            "an elliptic-curve key (P-256, P-384 or P-521) that is not encrypted"
        ) from None


def _summary(error: Exception) -> str:
    sentence = str(error).strip().partition("\n")[0].partition(". ")[0].rstrip(".")
    if sentence.startswith("Signature mismatch"):
        # The rest of this message is raw bytes of digests.
        return "the files are not those that were signed"
    return sentence or type(error).__name__
