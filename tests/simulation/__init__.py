"""The whole engine in virtual time, against a cluster and a Batch service that fail at random; see docs/develop.md."""
