"""Links of others that are opened here: what they claim, what was found, and a copy of it.

Whatever a link leads to is a stranger's word. Before the person has chosen, it is read into a
cache of ours and nowhere else.
"""
