"""The part of recording that runs in the person's kernel, beside mlflow.

``provider.py`` is what mlflow loads. It loads the rest when the first run begins, and whatever
fails there becomes a sentence of the run: never an exception in somebody's training. Needs the
standard library, git and GitPython; no other module of mlflow's or Jupyter's at load.
"""
