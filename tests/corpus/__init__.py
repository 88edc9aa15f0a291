"""Clients whose verdict is known beforehand: innocent ones, and guilty ones with one fault each."""
