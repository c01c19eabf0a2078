"""Botocore's model: the operations there are, requests checked, answers shaped."""
