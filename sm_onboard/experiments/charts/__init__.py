"""Curves: what metrics were, step by step, in as many points as a screen shows."""
