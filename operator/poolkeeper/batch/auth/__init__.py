"""Who the operator is to the Batch service."""
