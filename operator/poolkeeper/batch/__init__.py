"""The Azure Batch service: the only place that knows httpx."""
