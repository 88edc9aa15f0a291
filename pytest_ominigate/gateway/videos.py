"""The video workflow: create a task, poll its status, fetch its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
"""The head of an MP4 file."""
MP4_TYPE = "video/mp4"

COMPLETED = "completed"
SECONDS_TO_COMPLETE = 15.0
POLLS_TO_COMPLETE = 4
SECONDS_TO_START = 5.0
_MOST_TASKS = 10_000
"""Older tasks are dropped: a gateway that serves for days must not grow without end."""


@dataclass(slots=True, kw_only=True)
class Task:
    """One task of the ledger. Times in seconds of the trial."""

    id: str
    model: str
    created: float
    polls_needed: int
    polls: int = 0
    completed: bool = False

    @property
    def provider(self) -> str:
        """The provider of its model."""
        return self.model.partition("/")[0]

    def poll(self, now: float) -> str:
        """Count one poll and say how far the task has come: ``queued``, ``processing`` or ``completed``."""
        self.polls += 1
        age = now - self.created
        self.completed = self.completed or self.polls >= self.polls_needed or age >= SECONDS_TO_COMPLETE
        if self.completed:
            return COMPLETED
        return "queued" if self.polls == 1 and age < SECONDS_TO_START else "processing"


class Ledger:
    """The video tasks of one trial, each completed by the poll of that number, if not by its age."""

    def __init__(self, polls_to_complete: int = POLLS_TO_COMPLETE) -> None:
        self._polls_to_complete = polls_to_complete
        self._tasks: dict[str, Task] = {}
        self._created = 0

    def get(self, task_id: str) -> Task | None:
        """The task of that id, or None."""
        return self._tasks.get(task_id)

    def create(self, model: str, now: float) -> dict[str, Any]:
        """Enter a new task; the reply to ``create``."""
        self._created += 1
        task = Task(id=f"task_omg_{self._created}", model=model, created=now, polls_needed=self._polls_to_complete)
        self._tasks[task.id] = task
        if len(self._tasks) > _MOST_TASKS:
            del self._tasks[next(iter(self._tasks))]
        return {"id": task.id, "task_id": task.id, "status": "queued", "model": model}

    def status(self, task_id: str, now: float) -> dict[str, Any]:
        """The reply to ``status``."""
        task = self._tasks[task_id]
        return {"id": task.id, "task_id": task.id, "status": task.poll(now), "model": task.model}

    def result(self, task_id: str, now: float, *, files: str) -> dict[str, Any]:
        """The reply to ``result``: the ``url`` is null until the task has completed."""
        reply = self.status(task_id, now)
        return {**reply, "url": f"{files}/{task_id}.mp4" if reply["status"] == COMPLETED else None}
