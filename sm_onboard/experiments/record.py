"""What a recorded run carries: the names of its tags, and of the files kept with it.

Written by ``recording/`` in a kernel, read everywhere else. Standard library only: a kernel
imports this while somebody's ``import mlflow`` waits.

    tags                      short facts, to find and to group runs by
    sm-onboard/record.json    all of them with what is too long for a tag
    sm-onboard/snapshot/      manifest.json and snapshot.bundle, see ``sm_onboard.snapshot``
    sm-onboard/environment.txt    ``name==version`` lines, sorted, as pip reads them
    sm-onboard/notebook.ipynb     the notebook as it ran: the saved file's own bytes, except
                                  where outputs were too large to be kept
    sm-onboard/notebook.json      of that file: {"version": 1, "path": str, "kernel": str,
                                  "saved": milliseconds since 1970, "sha256": hex digits,
                                  "order": [{"cell": id, "count": int or null}, ...] as the
                                  cells ran, "outputs_left_out": [id of a cell, ...]}
    sm-onboard/source/            the notebook or script as saved, where no snapshot holds it
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "smo."

# Tags. Every value is text of at most TAG_LIMIT characters; what is unknown has no tag.
RECORD: Final = "smo.record"  # a random token: this run was recorded by us
REPOSITORY: Final = "smo.repository"  # its address without credentials
COMMIT: Final = "smo.commit"  # 40 hex digits
BRANCH: Final = "smo.branch"
PUSHED: Final = "smo.pushed"  # yes | no | unknown
CHANGED: Final = "smo.changed"  # how many files differ from the commit, untracked ones included
SNAPSHOT: Final = "smo.snapshot"  # the snapshot's id
NOTEBOOK: Final = "smo.notebook"  # path below the repository, or absolute outside one
CELL: Final = "smo.cell"  # id of the cell that began the run
KERNEL: Final = "smo.kernel"  # id of the Jupyter kernel
PERSON: Final = "smo.person"  # user profile, else the account's name on the machine
SPACE: Final = "smo.space"
DOMAIN: Final = "smo.domain"
IMAGE: Final = "smo.image"
INSTANCE: Final = "smo.instance"
GPU: Final = "smo.gpu"
PYTHON: Final = "smo.python"
ENVIRONMENT: Final = "smo.environment"  # sha256 of environment.txt
JOB: Final = "smo.job"  # ARN of the training or processing job it ran in
EXECUTION: Final = "smo.execution"  # ARN of the pipeline execution
SEED: Final = "smo.seed"
REPEATS: Final = "smo.repeats"  # id of the run that this one repeats
EXECUTED: Final = "smo.executed"  # ms since 1970: the notebook as it ran was saved then, and kept
MISSING: Final = "smo.missing"  # what could not be recorded, sentences joined by a space

TAG_LIMIT: Final = 500

# Files, below the run's artifacts.
FOLDER: Final = "sm-onboard"
RECORD_FILE: Final = "sm-onboard/record.json"
SNAPSHOT_FOLDER: Final = "sm-onboard/snapshot"
ENVIRONMENT_FILE: Final = "sm-onboard/environment.txt"
NOTEBOOK_FILE: Final = "sm-onboard/notebook.ipynb"
ORDER_FILE: Final = "sm-onboard/notebook.json"
SOURCE_FOLDER: Final = "sm-onboard/source"

# The source of the payload with which a kernel's reply says that a cell recorded.
TOLD: Final = "sm_onboard"

# In a training job that repeats another: the id of that one's run.
REPEATS_VARIABLE: Final = "SM_ONBOARD_REPEATS"

# In a reproduced clone, outside of git: says which run the next one repeats.
# JSON: {"run_id": str, "store": str, "name": str}.
REPEATS_FILE: Final = ".git/sm-onboard/repeats.json"
