"""The fake gateway: no sockets, no rules, no pytest. Requests go in, replies come out, and all is recorded."""

from .gateway import FakeGateway
from .scenario import Fault, Scenario
from .scripted import dropped, scripted
from .suite import of_operation, scenarios
from .wire import Break, WireReply, WireRequest

__all__ = [
    "Break",
    "FakeGateway",
    "Fault",
    "Scenario",
    "WireReply",
    "WireRequest",
    "dropped",
    "of_operation",
    "scenarios",
    "scripted",
]
