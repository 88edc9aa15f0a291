"""Runs the plugin on a stock client, in an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from results import Result, digest
from rows import Row

ROOT = Path(__file__).parent.parent.parent
VERSIONS = """
import json, sys
from importlib.metadata import version
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""
FOREIGN = ("PYTEST", "PYTHON", "OPENAI", "ANTHROPIC", "GROQ", "MISTRAL", "LITELLM", "LANGCHAIN", "LANGSMITH")
"""Variables that begin with these would change what the clients or pytest do."""


class JudgingError(Exception):
    """A client could not be judged; the message is what the command that failed wrote."""


def judge(row: Row, cache: Path, *, upgrade: bool = False) -> Result:
    """The row's result. Its environment is made in *cache* unless it is there; the run's files stay in ``runs/``."""
    python = _environment(row, cache, upgrade=upgrade)
    installed = json.loads(_run([str(python), "-c", VERSIONS, *row.shows], cache))
    return digest(_report(python, row, cache / "runs" / row.name), installed)


def _environment(row: Row, cache: Path, *, upgrade: bool) -> Path:
    folder = cache / row.name
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wanted = "\n".join([str(ROOT), sys.version, *row.requires])
    made = folder / "made-for"
    if not made.exists() or made.read_text("utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        cache.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "venv", str(folder)], cache)
    elif not upgrade:
        return python
    fetch = [str(python), "-m", "pip", "install", "--quiet", "--upgrade", "--editable", str(ROOT), *row.requires]
    _run(fetch, cache)
    made.write_text(wanted, "utf-8")
    return python


def _report(python: Path, row: Row, folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(row.module, folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    report = folder / "report.json"
    arguments = ["--ominigate-errors", f"--ominigate-report=json:{report}", "-p", "no:cacheprovider", "-q"]
    text = _run([str(python), "-m", "pytest", *arguments], folder, may_fail=True)
    (folder / "output.txt").write_text(text, "utf-8")
    if not report.exists():
        raise JudgingError(text)
    return json.loads(report.read_text("utf-8"))


def _run(command: list[str], folder: Path, *, may_fail: bool = False) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise JudgingError(done.stdout + done.stderr)
    return done.stdout + done.stderr if may_fail else done.stdout
