"""Kubernetes: the only place that knows kopf and the kubernetes package."""
