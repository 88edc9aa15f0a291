"""What is told of the judgements: messages, the terminal's matrix, files for people and for machines.

Every report is made of results, plain dicts that cross process boundaries. Nothing here knows pytest or the gateway.
"""

from .shape import Result

__all__ = ["Result"]
