"""Stores of other machines, kept here and refreshed by increments; the store is always right."""
