"""What is wrong, said to a person and, by the exit code, to monitoring: 0 nothing or only warnings, 5 something."""

from __future__ import annotations

from typing import Final

import click

from commands.frame import Desk, answer, desk, table
from deeds import doctor
from models.language import _

EXIT_WRONG: Final = 5


@click.command("doctor", help=_("Say what is wrong, with an exit code for monitoring."), epilog="duban doctor --json")
@desk
def doctor_command(desk_: Desk) -> int:
    """Every check, without a login; it changes nothing."""
    from workflow.health import Severity

    desk_.patient = False  # whoever asks what is wrong wants to know it now
    checks = doctor.checks(desk_)
    marks = {Severity.OK: "✓", Severity.WARNING: "!", Severity.WRONG: "✗"}
    data = [{"check": c.name, "severity": c.severity.value, "said": c.said} for c in checks]
    rows = [(marks[c.severity], c.name, c.said) for c in checks]
    answer(desk_, data, lambda: table(["", _("Check"), _("Found")], rows))
    return EXIT_WRONG if any(c.severity is Severity.WRONG for c in checks) else 0
