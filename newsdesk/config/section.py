"""The base class of all sections of the configuration."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Base class of all sections: settings that do not change after they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
