"""Decisions, and nothing else: no network, no clock, no Kubernetes.

Every module here is a pure function of its arguments, so that each rule can be read and tested alone.
"""
