"""What the gate found: read and written as gate.json, without loading Great Expectations."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from tieout.errors import InputError

GATE = "gate.json"
Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One expectation and how it came out.

    Attributes:
        expectation: Great Expectations' type, or `dbt_data_test`.
        observed: what was seen, as text.
        unexpected_count: rows (or values) that break the expectation; None when it could not run.
        money: what those rows carry, per currency, exact amounts as text.
        sample: some of those rows, every value as text.
        meaning: what a failure means for a reader.
        action: what to do about it.
    """

    id: str
    suite: str
    table: str
    expectation: str
    severity: Severity
    success: bool
    meaning: str
    action: str
    observed: str = ""
    unexpected_count: int | None = None
    money: list[dict[str, str]] = field(default_factory=list)
    sample: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class GateResult:
    """The gate's judgement of one candidate file, named by its sha256."""

    publication_id: str
    marts_sha256: str
    findings: tuple[Finding, ...]
    duration_seconds: float

    @property
    def passed(self) -> bool:
        """No critical expectation failed. Warnings publish, and show."""
        return not self.failed("critical")

    def failed(self, severity: Severity | None = None) -> list[Finding]:
        """Findings that failed, of one severity or of all."""
        return [
            one for one in self.findings if not one.success and severity in (None, one.severity)
        ]

    def reason(self) -> str:
        """The critical failures in one line."""
        failed = self.failed("critical")
        names = [
            f"{one.id} ({count} row{'s' if count != 1 else ''})" if count else one.id
            for one in failed[:5]
            for count in [one.unexpected_count]
        ]
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        return f"{len(failed)} critical: {', '.join(names)}{more}"

    def summary(self) -> dict[str, Any]:
        """What the manifest says of the gate."""
        return {
            "passed": self.passed,
            "expectations": len(self.findings),
            "critical_failed": len(self.failed("critical")),
            "warning_failed": len(self.failed("warning")),
            "info_failed": len(self.failed("info")),
        }

    @classmethod
    def read(cls, directory: Path) -> GateResult:
        """The judgement beside a candidate's marts; see `read_result`."""
        return read_result(directory)

    def write(self, directory: Path) -> None:
        """Write gate.json beside the marts."""
        content = {
            "publication_id": self.publication_id,
            "passed": self.passed,
            "marts_sha256": self.marts_sha256,
            "duration_seconds": self.duration_seconds,
            "counts": self.summary(),
            "expectations": [asdict(one) for one in self.findings],
        }
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (directory / GATE).write_text(text, encoding="utf-8")


def read_result(directory: Path) -> GateResult:
    """The judgement beside a candidate's marts.

    Raises:
        InputError: the gate has not judged this candidate.
    """
    try:
        content = json.loads((directory / GATE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "The gate has not judged this candidate.",
            where=str(directory / GATE),
            do="Run `tieout gate` first.",
        ) from error
    return GateResult(
        content["publication_id"],
        content["marts_sha256"],
        tuple(Finding(**one) for one in content["expectations"]),
        content["duration_seconds"],
    )
