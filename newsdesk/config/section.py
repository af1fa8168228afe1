"""What every section of the configuration is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of settings that never change once they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
