"""The base class of all sections of the configuration."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """Base class of all sections: settings that do not change after they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
