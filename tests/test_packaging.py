"""What is shipped: the wheel's content, and that it works in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCHEMAS = {
    "error-catalogue.json",
    "error-catalogue.schema.json",
    "error-envelope.schema.json",
    "report.schema.json",
}

pytestmark = pytest.mark.source_tree


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], check=True, capture_output=True
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0].partition("-")[0] for name in names} == {"pytest_ominigate"}
    assert {name.rpartition("/")[2] for name in names if name.startswith("pytest_ominigate/schemas/")} == {
        *SCHEMAS,
        "__init__.py",
    }
    assert "pytest_ominigate/py.typed" in names
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "pytest_ominigate").rglob("*.py")}
    assert sources <= set(names)


def test_the_wheel_works_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", str(wheel)], check=True, capture_output=True)
    project = tmp_path / "project"
    project.mkdir()
    (project / "conftest.py").write_text(
        "import json, urllib.request\n"
        "import pytest\n"
        "@pytest.fixture\n"
        "def ominigate_chat(ominigate):\n"
        "    def ask():\n"
        "        body = {'model': 'openai/gpt-4o', 'messages': [{'role': 'user', 'content': 'ping'}]}\n"
        "        headers = {'Authorization': 'Bearer ' + ominigate.api_key, 'Content-Type': 'application/json'}\n"
        "        url = ominigate.base_url + '/chat/completions'\n"
        "        request = urllib.request.Request(url, json.dumps(body).encode(), headers)\n"
        "        with urllib.request.urlopen(request) as response:\n"
        "            return json.load(response)['choices'][0]['message']['content']\n"
        "    return ask\n"
    )

    done = subprocess.run(
        [
            str(python),
            "-m",
            "pytest",
            "--ominigate-errors",
            "--ominigate-report=json:report.json",
            "-k",
            "healthy or 401",
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )

    report = json.loads((project / "report.json").read_text("utf-8"))
    assert [result["scenario"] for result in report["results"]] == ["healthy"], done.stdout
    assert done.returncode == 0, done.stdout
