"""Links that are made here: what can be linked to, what a reader needs, what must not leave."""
