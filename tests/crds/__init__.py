"""The rules that the API server itself holds for BatchPools and BatchAccounts."""
