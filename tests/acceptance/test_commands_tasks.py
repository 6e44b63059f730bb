"""The installed program at the desk: tasks, requests, months, the law and the trail, as a person types them."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import struct
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit import warm
from kit.office import BEGIN, MONTH, UNITS, SmallOffice, at, small_office
from models.states import Stage
from workflow.sessions import token_digest

NOW = at("2022-06-10 09:00")


class Shell:
    """Types commands as one of the office's people and reads what comes back."""

    def __init__(self, office: SmallOffice) -> None:
        self.office = office
        (office.folder / "duban.toml").write_text("rehearsal = true\n", encoding="utf-8")
        for login, number in office.people.items():
            office.add(
                "login", person_id=number, token_hash=token_digest(login), created_at=BEGIN,
                expires_at=BEGIN + timedelta(days=365),
            )  # fmt: skip

    def run(self, login: str, *words: object, now: str = "2022-06-10T09:00", told: str = "") -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        environment = {
            **os.environ, "DUBAN_HOME": str(self.office.folder), "DUBAN_TOKEN": login, "DUBAN_NOW": now,
            "DUBAN_LANG": "en",
        }  # fmt: skip
        done = warm.run(words, environment, typed=told)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    def data(self, login: str, *words: object, now: str = "2022-06-10T09:00") -> Any:
        """The JSON answer of a command that went through."""
        code, out, err = self.run(login, *words, "--json", now=now)
        assert code == 0, err
        return json.loads(out)

    def refusal(self, login: str, *words: object, now: str = "2022-06-10T09:00") -> tuple[int, str]:
        """Exit code and code of a refused command."""
        code, _out, err = self.run(login, *words, "--json", now=now)
        return code, json.loads(err)["error"]["code"]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(small_office(tmp_path / "home"))


def first(shell: Shell) -> int:
    return shell.office.tasks["1.1", UNITS[0]]


def state(shell: Shell, task: int) -> str:
    found: str = shell.office.row("task", task)["state"]
    return found


def report(shell: Shell, task: int, login: str = "clerk1", *more: object) -> Any:
    return shell.data(login, "task", "report", task, "--progress", "已清理三公里。", "--percent", "40", *more)


def test_list_shows_a_clerk_the_tasks_of_the_own_unit_and_co_named_ones(shell: Shell) -> None:
    mine = shell.data("clerk1", "task", "list", "--mine")
    assert [(row["clause"], row["unit"]) for row in mine] == [("1.1", UNITS[0]), ("2.1", UNITS[0])]
    assert len(shell.data("clerk1", "task", "list")) == 4
    assert shell.refusal("system", "task", "list") == (1, "E-403")


def test_list_late_names_what_is_overdue_with_its_cause(shell: Shell) -> None:
    report(shell, first(shell))
    rows = shell.data("reviewer", "task", "list", "--late", now="2022-06-28T09:00")
    assert {row["light"] for row in rows} == {"red"}
    assert rows[0]["cause"] == "3 days overdue, still “reported”"
    assert shell.data("reviewer", "task", "list", "--late") == []


def test_receive_many_tells_each_outcome_and_keeps_what_is_right(shell: Shell) -> None:
    mine, other = first(shell), shell.office.tasks["1.2", UNITS[1]]
    code, out, _err = shell.run("clerk1", "task", "receive", mine, other, "--json")
    outcomes = json.loads(out)["outcomes"]
    assert code == 4
    assert [row.get("refused", {}).get("code") for row in outcomes] == [None, "E-404"]
    assert shell.office.row("task", mine)["received_at"] is not None


def test_report_from_standard_input_is_stored_word_for_word(shell: Shell) -> None:
    task = first(shell)
    code, _out, err = shell.run("clerk1", "task", "report", task, "--progress", "-", "--percent", "40", told="=清理\n")
    assert (code, err) == (0, "")
    assert [row["progress"] for row in shell.office.rows("report")] == ["=清理"]
    assert state(shell, task) == Stage.REPORTED


def test_report_with_the_same_key_twice_is_filed_once(shell: Shell) -> None:
    task = first(shell)
    once = report(shell, task, "clerk1", "--key", "k1")
    assert report(shell, task, "clerk1", "--key", "k1") == once
    assert len(shell.office.rows("report")) == 1


def test_report_takes_an_indicator_by_name_or_its_reason(shell: Shell) -> None:
    office, task = shell.office, first(shell)
    clause = office.row("task", task)["clause_id"]
    pipes = office.add("indicator", clause_id=clause, name="污水管网", op=">=", value=10.0, unit="公里", quote="十公里")
    shore = office.add("indicator", clause_id=clause, name="岸线", op=">=", value=3.0, unit="公里", quote="三公里")
    assert shell.refusal("clerk1", "task", "report", task, "--progress", "已清理三公里。", "--percent", 4) == (
        1,
        "E-V04",
    )
    report(shell, task, "clerk1", "--indicator", "污水管网=3.5", "--indicator", f"{shore}=?尚未统计")
    assert office.rows("report")[0]["values"] == [
        {"indicator_id": pipes, "value": 3.5, "reason": ""},
        {"indicator_id": shore, "value": None, "reason": "尚未统计"},
    ]
    found = shell.data("director", "period", "status", MONTH)["indicators"]
    assert [(row["target"], row["value"]) for row in found][::2] == [(">= 10 公里", 3.5), (">= 10 公里", None)]


def test_report_batch_dry_run_changes_nothing_and_the_run_files_what_is_right(shell: Shell, tmp_path: Path) -> None:
    mine, second = first(shell), shell.office.tasks["2.1", UNITS[0]]
    rows = [{"task": mine, "progress": "已清理三公里。", "percent": 40}, {"task": second, "progress": "", "percent": 1}]
    file = tmp_path / "reports.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    code, out, _err = shell.run("clerk1", "task", "report-batch", "--from", file, "--dry-run", "--json")
    assert code == 1
    assert json.loads(out)["outcomes"][0]["state"] == "reported"
    assert (state(shell, mine), shell.office.rows("report")) == ("assigned", [])
    assert shell.run("clerk1", "task", "report-batch", "--from", file)[0] == 1
    assert (state(shell, mine), state(shell, second)) == ("reported", "assigned")


def test_report_batch_refuses_a_strangers_task_in_its_turn_and_files_the_others(shell: Shell, tmp_path: Path) -> None:
    mine, other = first(shell), shell.office.tasks["1.2", UNITS[1]]
    rows = [{"task": number, "progress": "已清理三公里。", "percent": 40} for number in (other, mine)]
    file = tmp_path / "reports.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    code, out, _err = shell.run("clerk1", "task", "report-batch", "--from", file, "--json")
    assert [row.get("refused", {}).get("code") for row in json.loads(out)["outcomes"]] == ["E-404", None]
    assert (code, state(shell, mine), state(shell, other)) == (4, "reported", "assigned")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '[{"task": "7"}]', '[{"task": 1, "colour": "red"}]', '[{"task": 1}, {"task": 1}]']
)
def test_report_batch_refuses_a_file_it_cannot_read(shell: Shell, tmp_path: Path, text: str) -> None:
    file = tmp_path / "reports.json"
    file.write_text(text, encoding="utf-8")
    assert shell.refusal("clerk1", "task", "report-batch", "--from", file) == (1, "E-F11")


def test_withdraw_takes_a_report_back(shell: Shell) -> None:
    report(shell, first(shell))
    shell.data("clerk1", "task", "withdraw", first(shell))
    assert state(shell, first(shell)) == "assigned"


def test_approve_dry_run_then_for_the_whole_unit(shell: Shell) -> None:
    task = first(shell)
    shell.office.report(task, NOW)
    shell.office.sign(task, NOW)
    words = ("task", "approve", "--unit", UNITS[0], "--month", MONTH)
    assert shell.data("reviewer", *words, "--dry-run")["outcomes"][0]["state"] == "reviewed"
    assert state(shell, task) == "signed_stamped"
    shell.data("reviewer", *words)
    assert state(shell, task) == "reviewed"
    assert shell.refusal("reviewer", *words) == (1, "E-S21")


def test_approve_of_an_older_version_is_a_conflict_and_changes_nothing(shell: Shell) -> None:
    task = first(shell)
    shell.office.report(task, NOW)
    shell.office.sign(task, NOW)
    assert shell.refusal("reviewer", "task", "approve", task, "--version", 1) == (3, "E-409")
    assert state(shell, task) == "signed_stamped"


def test_return_reopen_and_waive_need_their_words_and_their_duty(shell: Shell) -> None:
    task, reason = first(shell), ("--reason", "进展不具体，请补充数据。", "--refile-on", "2022-06-30")
    shell.office.report(task, NOW)
    shell.office.sign(task, NOW)
    assert shell.refusal("clerk1", "task", "return", task, *reason) == (1, "E-403")
    assert shell.refusal("reviewer", "task", "return", task, "--reason", "不够具体", "--refile-on", "2022-06-31") == (
        1,
        "E-D01",
    )
    shell.data("reviewer", "task", "approve", task)
    assert shell.data("director", "task", "reopen", task, *reason)["outcomes"][0]["state"] == "returned"
    assert shell.data("director", "task", "waive", task, "--reason", "任务已于上月完成")["outcomes"][0]["version"] == 6
    assert state(shell, task) == "waived"


def test_show_tells_the_story_to_the_unit_and_less_to_a_co_named_one(shell: Shell) -> None:
    task = first(shell)
    report(shell, task)
    own, co = shell.data("clerk1", "task", "show", task), shell.data("clerk2", "task", "show", task)
    assert [row["progress"] for row in own["reports"]] == ["已清理三公里。"]
    assert [row["action"] for row in own["events"]] == ["report"]
    assert [one["action"] for one in own["offered"]] == ["withdraw", "sign_stamp"]
    assert (co["state"], co["reports"], co["events"], co["offered"]) == ("reported", [], [], [])
    assert shell.refusal("clerk3", "task", "show", task) == (4, "E-404")
    assert [row["result"] for row in shell.office.rows("event", object_type="refusal")] == ["denied"]
    assert "已清理三公里。" in shell.run("clerk1", "task", "show", task)[1]


def test_report_from_last_begins_with_last_months_words(shell: Shell) -> None:
    from datetime import date

    from kit.office import add_month

    office, task = shell.office, first(shell)
    assert shell.refusal("clerk1", "task", "report", task, "--from-last") == (1, "E-S22")
    report(shell, task)
    with office.database.write(office.office_id) as connection:
        add_month(connection, office, "2022-07", date(2022, 7, 1), date(2022, 7, 25), date(2022, 8, 1), NOW)
    later = next(
        row["id"] for row in shell.data("clerk1", "task", "list", "--month", "2022-07") if row["clause"] == "1.1"
    )
    shell.data("clerk1", "task", "report", later, "--from-last", "--percent", 60, now="2022-07-10T09:00")
    newest = office.rows("report")[-1]
    assert (newest["task_id"], newest["progress"], newest["percent"]) == (later, "已清理三公里。", 60)


def test_request_is_asked_listed_and_granted_with_the_date_moved(shell: Shell) -> None:
    task = first(shell)
    asked = shell.data("clerk1", "request", "extend", task, "--to", "2022-06-30", "--reason", "汛期无法施工")

    def listed(who: str) -> list[int]:
        return [row["id"] for row in shell.data(who, "request", "list")]

    assert (listed("clerk1"), listed("clerk2"), listed("director")) == ([asked["request"]], [], [asked["request"]])
    shell.data("director", "request", "grant", asked["request"], "--reason", "情况属实", "--to", "2022-06-28")
    assert str(shell.office.row("task", task)["due_on"]) == "2022-06-28"
    assert "同意，至 2022-06-28" in shell.run("clerk1", "--lang", "zh", "request", "list")[1]  # not what was asked for
    assert shell.refusal("director", "request", "refuse", asked["request"], "--reason", "再想想") == (1, "E-S16")


def test_transfer_granted_moves_the_task_to_the_unit(shell: Shell) -> None:
    task = first(shell)
    asked = shell.data("clerk1", "request", "transfer", task, "--reason", "职能已划转", "--unit", UNITS[2])
    shell.data("director", "request", "grant", asked["request"], "--reason", "情况属实")
    assert shell.office.row("task", task, join_unit=True)["unit_name"] == UNITS[2]


def test_period_opens_once_counts_and_names_what_is_missing(shell: Shell) -> None:
    opened = shell.data("director", "period", "open", "2022-07")
    assert (opened["tasks"], opened["due_on"], opened["existed"]) == (6, "2022-07-25", False)
    assert shell.data("director", "period", "open", "2022-07")["existed"] is True
    report(shell, first(shell))
    found = shell.data("reviewer", "period", "status", MONTH)
    assert (found["tasks"], found["states"]["reported"], len(found["missing"])) == (6, 1, 5)
    assert found["units"][UNITS[0]] == {"reported": 1, "assigned": 1}
    assert shell.refusal("clerk1", "period", "open", "2022-08") == (1, "E-403")


def test_period_move_moves_the_waiting_tasks_and_close_waits_for_the_summary(shell: Shell) -> None:
    moved = shell.data("director", "period", "move", MONTH, "2022-06-28", "--reason", "端午放假")
    assert moved["tasks"] == 6
    assert str(shell.office.row("task", first(shell))["due_on"]) == "2022-06-28"
    assert shell.refusal("director", "period", "close", MONTH) == (1, "E-S13")


def test_audit_reads_proves_and_exports_for_the_auditor_alone(shell: Shell, tmp_path: Path) -> None:
    report(shell, first(shell))
    assert shell.refusal("director", "audit", "show") == (1, "E-403")
    shown = shell.data("audit", "audit", "show", "--task", first(shell))
    assert [row["action"] for row in shown] == ["report"]
    _code, said, _err = shell.run("audit", "--lang", "zh", "audit", "show", "--task", first(shell))
    assert "已交办 → 已填报" in said  # as the month's own flow calls it
    proved = shell.data("audit", "audit", "verify")
    assert (shell.office.folder / "heads" / "office-1.heads").exists()
    shell.data("audit", "audit", "export", "--out", tmp_path / "trail.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "trail.jsonl").read_text("utf-8").splitlines()]
    assert [row["seq"] for row in lines[:-1]] == list(range(1, proved["events"] + 1))
    assert lines[-1]["head"]["hash"] == lines[-2]["hash"] == proved["head"]


def test_audit_verify_names_a_state_changed_behind_the_programs_back(shell: Shell) -> None:
    task = first(shell)
    report(shell, task)
    with sqlite3.connect(shell.office.folder / "duban.db") as behind:
        names = behind.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'task'").fetchall()
        for (name,) in names:
            behind.execute(f'DROP TRIGGER "{name}"')
        behind.execute("UPDATE task SET state = 'reviewed' WHERE id = ?", (task,))
    code, _out, err = shell.run("audit", "audit", "verify", "--json")
    assert code == 1
    assert [row["where"] for row in json.loads(err)["error"]["findings"]] == [f"task {task}"]


def test_form_is_printed_once_for_the_same_content_and_listed_for_its_unit(shell: Shell, tmp_path: Path) -> None:
    words = ("form", "print", "--month", MONTH, "--unit", UNITS[0], "--out", tmp_path / "form.docx")
    assert shell.refusal("clerk1", *words) == (1, "E-S17")
    report(shell, first(shell))
    printed = shell.data("clerk1", *words)
    assert (tmp_path / "form.docx").read_bytes().startswith(b"PK")
    assert (printed["existed"], shell.data("clerk1", *words)["existed"]) == (False, True)
    listed = shell.data("clerk1", "form", "list", "--month", MONTH)
    assert [(row["code"], row["tasks"], row["kind"]) for row in listed] == [(printed["check_code"], [first(shell)], "")]
    assert shell.data("clerk2", "form", "list") == []
    assert shell.refusal("clerk2", *words) == (1, "E-403")


def test_summary_is_issued_once_and_exported_as_it_was_frozen(shell: Shell, tmp_path: Path) -> None:
    task, words = first(shell), ("summary", "issue", MONTH, "--number", "长江办〔2022〕6号")
    shell.office.report(task, NOW)
    shell.office.sign(task, NOW)
    shell.data("reviewer", "task", "approve", task)
    assert shell.refusal("director", "summary", "show", MONTH) == (4, "E-404")
    issued = shell.data("director", *words)
    assert (issued["aggregated"], state(shell, task)) == (1, "aggregated")
    assert shell.refusal("director", *words) == (1, "E-S18")
    written = shell.data("director", "summary", "export", MONTH, "--out", tmp_path / "out")["files"]
    found = {kind: hashlib.sha256(Path(file).read_bytes()).hexdigest() for kind, file in written.items()}
    assert found == issued["files"] == shell.data("director", "summary", "show", MONTH)["files"]
    assert shell.data("director", "period", "close", MONTH)["unfinished"] == 5


def picture(colour: int) -> bytes:
    """A grey PNG of 8 by 8 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([colour]) * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_form_attached_signs_its_tasks_and_a_changed_report_is_refused(shell: Shell, tmp_path: Path) -> None:
    task, scan = first(shell), tmp_path / "scan.png"
    scan.write_bytes(picture(7))
    report(shell, task)
    printed = ("form", "print", "--month", MONTH, "--unit", UNITS[0], "--out", tmp_path / "form.docx")
    old = shell.data("clerk1", *printed)["check_code"]
    shell.data("clerk1", "task", "withdraw", task)
    shell.data("clerk1", "task", "report", task, "--progress", "已清理四公里。", "--percent", 50)
    named = ("--signer", "李一", "--seal", "市发改委公章")
    assert shell.refusal("clerk1", "form", "attach", old, scan, *named) == (1, "E-S05")
    code = shell.data("clerk1", *printed)["check_code"]
    assert shell.refusal("clerk1", "form", "attach", code, scan, *named, "--kind", "signed_pdf") == (1, "E-F15")
    assert shell.refusal("clerk2", "form", "attach", code, scan, *named) == (4, "E-404")
    attached = shell.data("clerk1", "form", "attach", code, scan, *named)
    assert [row["state"] for row in attached["outcomes"]] == ["signed_stamped"]
    assert shell.data("clerk1", "form", "list")[-1]["signer"] == "李一"
    assert shell.data("audit", "audit", "verify")["findings"] == []
