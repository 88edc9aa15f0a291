"""Clients in another language, judged for real: the npm ``openai`` SDK. Not collected where there is no Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_ominigate.serve import Standalone

from .conftest import NODE, Session

EXAMPLE = Path(__file__).parents[2] / "examples" / "node"
TIMEOUT = 100
STOCK = """
import OpenAI from "openai";

const { BASE_URL: baseURL, API_KEY: apiKey } = process.env;
const client = new OpenAI({ baseURL, apiKey });
const completion = await client.chat.completions.create({
  model: "openai/gpt-4o", messages: [{ role: "user", content: "ping" }],
});
console.log(completion.choices[0].message.content);
"""
ENDLESS = """
import OpenAI from "openai";

const { BASE_URL: baseURL, API_KEY: apiKey } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
process.on("SIGTERM", () => {});
for (;;) {
  try {
    const completion = await client.chat.completions.create({
      model: "openai/gpt-4o", messages: [{ role: "user", content: "ping" }],
    });
    console.log(completion.choices[0].message.content);
    break;
  } catch {
    // once more
  }
}
"""


@dataclass(frozen=True)
class Example:
    """A copy of the example, with the SDK installed."""

    folder: Path

    def judge(self, scenarios: str, *arguments: str, program: str | None = None) -> dict[str, dict[str, Any]]:
        """Let pytest judge the client (or another program in its place); the results by scenario."""
        for name in ("client.mjs", "conftest.py", "pytest.ini", "test_client.py"):
            shutil.copy(EXAMPLE / name, self.folder)
        if program is not None:
            (self.folder / "client.mjs").write_text(program, "utf-8")
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-p", "pytest_ominigate.plugin", "-p", "no:cacheprovider"]
        options = ["--ominigate-errors", "--ominigate-clock=real", "--ominigate-report=json:report.json"]
        done = self.run(*command, *options, "-k", scenarios, *arguments, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
        assert report.exists(), done.stdout + done.stderr
        results = json.loads(report.read_text("utf-8"))["results"]
        return {result["nodeid"].replace("[", "::").rstrip("]").rpartition("::")[2]: result for result in results}

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``npm install`` was run. Where there is Node, there has to be npm and its registry."""
    npm = shutil.which("npm")
    assert NODE is not None, "there is no node here"
    assert npm is not None, "node is here, but npm is not"
    folder = tmp_path_factory.mktemp("node")
    shutil.copy(EXAMPLE / "package.json", folder)
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--no-package-lock"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, f"npm install failed:\n{done.stdout}{done.stderr}"
    return folder


@pytest.fixture
def example(installed: Path) -> Example:
    for name in ("client.mjs", "gateway.test.mjs"):
        shutil.copy(EXAMPLE / name, installed)
    return Example(installed)


def test_the_example_client_does_its_duty(example: Example) -> None:
    scenarios = "healthy or insufficient_balance-persists or key_daily_limit-persists or upstream_failed-recovers"
    results = example.judge(f"{scenarios} or test_client", "--ominigate-strict")

    assert {name: (result["verdict"], result["violations"]) for name, result in results.items()} == {
        "healthy": ("pass", []),
        "insufficient_balance-persists": ("pass", []),
        "key_daily_limit-persists": ("pass", []),
        "upstream_failed-recovers": ("pass", []),
        "test_the_client_waits": ("pass", []),
    }
    assert [event["event"] for event in results["upstream_failed-recovers"]["timeline"]] == [*["request"] * 3, "end"]


def test_the_sdk_as_it_comes_repeats_what_a_spending_cap_refused(example: Example) -> None:
    results = example.judge("key_daily_limit-persists", program=STOCK)

    broken = [each for each in results["key_daily_limit-persists"]["violations"] if each["level"] == "MUST"]
    assert "retried-before-reset" in [each["rule"] for each in broken]
    requests = [event for event in results["key_daily_limit-persists"]["timeline"] if event["event"] == "request"]
    assert [event["sdk_retry"] for event in requests] == [0, 1, 2]


def test_a_client_that_never_ends_is_ended_and_reported(example: Example) -> None:
    results = example.judge("insufficient_balance-persists", program=ENDLESS)

    result = results["insufficient_balance-persists"]
    assert "endless-retry" in [each["rule"] for each in result["violations"]]
    assert result["timeline"][-1]["ending"] == "stopped"


def test_the_tests_in_javascript_pass(example: Example) -> None:
    done = example.run(str(NODE), "--test", PYTHON=sys.executable)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_client_meets_an_error_by_the_name_of_its_model(example: Example, running: Standalone) -> None:
    session = Session(running, "sk-omg-node")
    environment = {"BASE_URL": running.base_url, "API_KEY": "sk-omg-node", "MODEL": "ominigate/insufficient_balance"}
    done = example.run(str(NODE), "client.mjs", "ping", **environment)
    session.post("outcome", {"raised": done.stderr})

    assert done.returncode == 1
    assert (session.verdict["verdict"], session.verdict["violations"]) == ("pass", [])
    assert [request["code"] for request in session.journal["requests"]] == ["insufficient_balance"]
