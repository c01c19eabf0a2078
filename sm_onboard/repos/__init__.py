"""The team's git repositories, cloned and updated when JupyterLab starts."""
