"""What the gateway puts into a success, by which a caller's result can be told to be one."""

from __future__ import annotations

import base64

from ..gateway.backend import PONG
from ..gateway.images import PNG

TOKENS = ("".join(PONG), base64.b64encode(PNG).decode(), "/v1/files/")
