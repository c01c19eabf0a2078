"""What there is, what happens to it by the clock, and the five operations of every kind of it."""
