"""Links to notebooks and runs that a colleague with another server can open.

A link carries coordinates, never authority: it says where something is, and the reader's own
git and AWS rights decide whether it opens.
"""
