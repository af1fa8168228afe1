"""Keys and certificates to sign with, made for a test."""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


def pair(folder: Path, name: str) -> tuple[Path, Path]:
    """Writes a new elliptic-curve key: the private file, and the public one."""
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    key = ec.generate_private_key(ec.SECP256R1())
    private.write_bytes(_private(key))
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private, public


def unusable(folder: Path) -> dict[str, Path]:
    """Writes files that look like keys to sign with, by what is wrong with them."""
    files = {name: folder / name for name in ("rsa", "encrypted", "text", "public")}
    files["rsa"].write_bytes(_private(rsa.generate_private_key(65537, 2048)))
    secret = serialization.BestAvailableEncryption(b"secret")
    files["encrypted"].write_bytes(
        _private(ec.generate_private_key(ec.SECP256R1()), secret)
    )
    files["text"].write_text("no key\n")
    files["public"].write_bytes(pair(folder, "other")[1].read_bytes())
    return files


def certificates(folder: Path, private: Path) -> tuple[Path, Path]:
    """Writes a certificate of a key, and the root that signed it."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = serialization.load_pem_private_key(private.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    root = folder / "root.crt"
    certificate = folder / "signing.crt"
    root.write_bytes(_certificate("root", root_key, root_key, is_root=True))
    certificate.write_bytes(_certificate("signer", key, root_key, is_root=False))
    return certificate, root


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: ec.EllipticCurvePrivateKey,
    is_root: bool,
) -> bytes:
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "encipher_only", "decipher_only"),
        ),
        False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - (2 if is_root else 1) * _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root,
                key_cert_sign=is_root,
                crl_sign=is_root,
                **usage,
            ),
            True,
        )
    )
    signed = built.sign(issuer, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def _private(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    secret: serialization.KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        secret or serialization.NoEncryption(),
    )
