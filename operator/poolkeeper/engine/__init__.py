"""The moving parts: what is looked at when, and what is done about it.

Knows neither Kubernetes nor the Batch service, only the ports that adapters fulfil.
"""
