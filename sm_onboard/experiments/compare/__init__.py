"""Runs side by side: what differs in what they recorded, and in their code."""
