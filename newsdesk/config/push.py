"""The push section: where and how models are published."""

from pydantic import Field, model_validator

from newsdesk.config.paths import Destination, LocalPath
from newsdesk.config.section import Section


class Sign(Section):
    """The PEM files that published versions are signed with."""

    private_key: LocalPath
    """PEM file of the private key (P-256, P-384 or P-521), not encrypted."""
    certificate: LocalPath | None = None
    """PEM file of the key's certificate, which signatures then contain."""
    chain: list[LocalPath] = []
    """PEM files of the certificates above it, up to the root."""

    @model_validator(mode="after")
    def _a_certificate_has_a_chain(self) -> "Sign":
        if bool(self.chain) != bool(self.certificate):
            raise ValueError(
                "certificate and chain require each other: set the certificate of "
                "private_key and those above it, up to the root, or neither"
            )
        return self

    @property
    def files(self) -> list[str]:
        """All files of the section."""
        certificates = [self.certificate] if self.certificate else []
        return [self.private_key, *certificates, *self.chain]


class Push(Section):
    """Where accepted models are published, and how many versions are kept."""

    destination: Destination | None = None
    """Where versions are published: a path, `s3://` or `gs://`; by default `serving/`
    below `output.root`."""
    keep: int | None = Field(None, ge=1)
    """How many of the newest versions are kept; by default all."""
    grace_minutes: float = Field(60.0, ge=0.0)
    """Minutes between hiding a retired version and deleting it."""
    sign: Sign | None = None
    """The files that published versions are signed with."""
