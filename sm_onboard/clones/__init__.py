"""A clone of its own, made from somebody else's word: a run's record, a link.

What the word says is trusted in nothing: it is checked (``checks``, ``packs``, ``trees``)
before git or the file system hear of it. Nothing of it runs: no hook, no filter (so what Git
LFS keeps stays a pointer), no submodule.
"""
