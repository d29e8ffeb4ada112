"""Clients of Azure and Kubernetes that have no way to write."""
