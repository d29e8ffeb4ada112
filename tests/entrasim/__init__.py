"""A stand-in for Microsoft Entra ID and for the metadata service of virtual machines, as azure-identity meets them."""
