"""Clients that obey the error page, each in the manner of a different author."""
