"""The main job shown: a real API server, the Batch stand-in and the operator, each its own process."""
