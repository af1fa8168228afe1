"""The environment variables that pass folders of a run to its nodes."""

# The environment variable with the folder of the run. A node that fails writes its
# report there, because TFX deletes its outputs.
RUN_FOLDER_VARIABLE = "NEWSDESK_RUN_FOLDER"
# The environment variable with `Config.checkpoints`. It is not a parameter of the
# Trainer, because a moved folder would then change the cache key of an unchanged model.
CHECKPOINTS_VARIABLE = "NEWSDESK_CHECKPOINTS"
# A file among the checkpoints that names the folder of the run that last wrote them.
RUN_FILE = "run.txt"
