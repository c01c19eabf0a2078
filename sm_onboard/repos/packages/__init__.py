"""The packages that a repository's environment file names, and whether they are there."""
