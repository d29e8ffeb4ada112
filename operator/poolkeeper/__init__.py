"""Keeps Azure Batch pools equal to what Git says."""

__version__ = "0.2.0"
