"""Clients with exactly one fault each; what is wrong stands in each file's first line."""
