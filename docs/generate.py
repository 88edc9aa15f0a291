"""Writes the pages of rules and codes from the rules' own texts and the catalogue: ``python3 docs/generate.py``."""

from __future__ import annotations

from pathlib import Path

from pytest_ominigate import RULES, load
from pytest_ominigate.reports.explain import explain

DOCS = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py; change the rule or the catalogue instead. -->"


def pages() -> dict[str, str]:
    """The text of each page, by its path below this folder."""
    catalogue = load()
    rules = {f"rules/{rule.name}.md": explain(rule.name) for rule in RULES}
    codes = {f"codes/{entry.code}.md": explain(entry.code) for entry in catalogue}
    found = {name: f"{NOTE}\n\n```text\n{text.rstrip()}\n```\n" for name, text in {**rules, **codes}.items()}
    rows = [f"| [{rule.name}]({rule.name}.md) | {rule.level} | {rule.duty} |" for rule in RULES]
    found["rules/README.md"] = "\n".join(
        [NOTE, "", "# Rules", "", "| rule | level | duty |", "|---|---|---|", *rows, ""]
    )
    rows = [
        f"| [{entry.code}]({entry.code}.md) | {', '.join(map(str, entry.statuses))} | {entry.type} | {entry.duty} |"
        for entry in catalogue
    ]
    found["codes/README.md"] = "\n".join(
        [NOTE, "", "# Codes", "", "| code | status | type | duty |", "|---|---|---|---|", *rows, ""]
    )
    return found


def main() -> None:
    """Write them all, and drop those that are no more."""
    written = pages()
    for folder in ("rules", "codes"):
        (DOCS / folder).mkdir(exist_ok=True)
        for old in (DOCS / folder).glob("*.md"):
            if f"{folder}/{old.name}" not in written:
                old.unlink()
    for name, text in written.items():
        (DOCS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
