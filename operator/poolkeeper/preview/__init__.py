"""`poolkeeper plan`: what the operator would do, found out with its own pieces and with rights to read only."""
