"""The push section: where and how models are published."""

from pydantic import Field, model_validator

from newsdesk.config.paths import Destination, LocalPath
from newsdesk.config.section import Section


class Sign(Section):
    """The PEM files that published versions are signed with; they are not encrypted.

    With `certificate`, which must belong to `private_key`, signatures contain it and
    `chain`: the certificates above it, up to the root.
    """

    private_key: LocalPath
    certificate: LocalPath | None = None
    chain: list[LocalPath] = []

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
    """Where accepted models are published, by default below output.root.

    The newest `keep` versions are kept, or all of them if it is None. A retired version
    is hidden at once, and deleted `grace_minutes` later.
    """

    destination: Destination | None = None
    keep: int | None = Field(None, ge=1)
    grace_minutes: float = Field(60.0, ge=0.0)
    sign: Sign | None = None
