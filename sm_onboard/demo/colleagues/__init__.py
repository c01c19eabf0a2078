"""The sample team at work: its runs are made by really training, beside the demo.

A process of its own, after JupyterLab answers: it clones the sample repository for each
colleague, lets them train at the commits and with the changes that ``jobs`` lists, and records
with MLflow, as anybody would. Nothing is invented, times included: the runs are as old as the
demo's folder.
"""
