"""Experiments: recorded without effort, found and run again.

``record.py`` is the format that both halves share. ``recording/`` runs in the person's
kernel, beside mlflow, and needs the standard library and git only. Everything else runs in
the server and the command line, and never imports mlflow.
"""
