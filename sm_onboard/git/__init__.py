"""Git, for every room: how it is run, which names and addresses are allowed, its objects."""
