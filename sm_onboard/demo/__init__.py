"""Everything offline: the sample team, its git server, JupyterLab. The product does not know it."""
