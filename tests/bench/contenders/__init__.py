"""What people would use instead of Poolkeeper, written as they would write it, each in one file.

Every one is given more than it would have: where the accounts are and their keys, from a file (common.Config).
"""
