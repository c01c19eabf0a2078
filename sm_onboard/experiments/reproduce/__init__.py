"""A run brought back: what differs now, and a clone of its own with the files as they were.

A record is written by whoever made the run, and is trusted in nothing: what it names is
checked (``checks``) before git or the file system hear of it.
"""
