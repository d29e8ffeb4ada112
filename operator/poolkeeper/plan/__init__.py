"""`poolkeeper plan`: what the operator would do with manifests in files."""
