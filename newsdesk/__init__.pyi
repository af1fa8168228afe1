from pipeline.api import Answer as Answer
from pipeline.api import Model as Model
from pipeline.api import Summary as Summary
from pipeline.api import run as run

__all__ = ["Answer", "Model", "Summary", "run"]
