"""Known vulnerabilities of the locked packages, by pip-audit: `python -m tools.audit [LOCK…]`.

Strict where the advisory service answers: a vulnerability, or a package that it does not know, ends
with exit status 1. Where it does not answer for any package (a closed network, or a mirror without
advisories) this says so and ends with 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

LOCKS = ("requirements/dev.txt",)  # it holds the versions of all others
TIMEOUT_S = 300


def judged(report: dict[str, Any]) -> tuple[int, list[str]]:
    """Return the exit status and the lines to print for a report of pip-audit."""
    rows = report["dependencies"]
    skipped = [row for row in rows if "skip_reason" in row]
    if rows and len(skipped) == len(rows):
        return 0, ["the advisory service does not know any of the packages: nothing was audited"]
    lines = [f"not audited: {row['name']}: {row['skip_reason']}" for row in skipped]
    for row in rows:
        for found in row.get("vulns", ()):
            fixed = ", ".join(found["fix_versions"]) or "none"
            lines.append(f"{row['name']} {row['version']}: {found['id']}, fixed in {fixed}")
    return int(bool(lines)), lines or [f"{len(rows)} packages, no known vulnerability"]


def audit(lock: str) -> tuple[int, list[str]]:
    """Return the exit status and the lines to print for one lock."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, "--disable-pip",
               "--no-deps", "--format", "json", "--timeout", "10", "--progress-spinner", "off"]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return 0, ["the advisory service does not answer: nothing was audited"]
    try:
        report = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.strip()
        if "Connection" in said or "timed out" in said or "resolve" in said:
            return 0, ["the advisory service cannot be reached: nothing was audited"]
        return 1, [said[-1000:]]
    return judged(report)


def main(locks: list[str]) -> int:
    """Audit each lock and print what was found."""
    worst = 0
    for lock in locks:
        status, lines = audit(lock)
        worst = max(worst, status)
        for line in lines:
            print(f"audit of {lock}: {line}")
    return worst


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or list(LOCKS)))
