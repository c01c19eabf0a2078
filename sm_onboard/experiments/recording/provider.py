"""mlflow's plug-in point: the tags that every run of this process begins with.

mlflow loads this module inside the person's ``import mlflow``, and an error here would be
theirs (anything but an ImportError or AttributeError makes that import fail). So there is
nothing here that can fail: the work is imported when a run begins, and guarded.
"""

from __future__ import annotations


class Provider:
    """A run context provider; mlflow asks for these two methods and for no base class."""

    def in_context(self) -> bool:
        return True

    def tags(self) -> dict[str, str]:
        try:
            from .capture import tags

            return tags()
        except Exception as error:
            # The name of the tag is written out: record.py may be what is broken.
            return {"smo.missing": f"The context was not recorded ({type(error).__name__})."}
