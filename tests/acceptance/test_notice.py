"""The notice as an office meets it: the installed program on the real text, its files, its table, and its adoption."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import docx
import pytest
from openpyxl import load_workbook

from kit.door import Door
from kit.notice import real
from kit.terminal import DENIED, DUBAN, GOOD, Terminal, opened

ROOT: Final = Path(__file__).resolve().parents[2]
REAL = "zhuzhou-2022.txt"
PER_ITEM = [1, 3, 4, 1, 1, 2, 1, 1, 3, 3, 3, 1, 2, 3, 1, 6, 1, 2, 1, 1, 3, 2, 1, 2]
#: a person's own remarks on the text, which no program can be asked to repeat
REMARKS = frozenset(
    {"damage", "doubt", "note", "issued_on_damage", "recipients_damage", "attachments_damage", "preamble_damage"}
)
USAGE = 2


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A terminal before any office is set up: reading a notice needs none."""
    folder = tmp_path_factory.mktemp("reading")
    return Terminal(folder, folder / "nowhere")


@pytest.fixture(scope="module")
def read(shell: Terminal) -> dict[str, Any]:
    """The real notice as ``duban notice read --json`` gives it."""
    found: dict[str, Any] = shell.json("notice", "read", str(real(REAL)))
    return found


def items(read: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in read["sections"] for under in section["subsections"] for item in under["items"]]


def clauses(read: dict[str, Any]) -> list[dict[str, Any]]:
    return [clause for item in items(read) for clause in item["clauses"]]


def first_items(read: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """The sections as far as item ``most``."""
    sections = []
    for section in read["sections"]:
        under = [
            {**part, "items": [item for item in part["items"] if item["number"] <= most]}
            for part in section["subsections"]
        ]
        sections.append({**section, "subsections": [part for part in under if part["items"]]})
    return [section for section in sections if section["subsections"]]


def differences(found: Any, gold: Any, where: str = "") -> list[str]:
    """Where what was read does not say what the hand-made decomposition says; keys that gold lacks are free."""
    if isinstance(gold, dict):
        if not isinstance(found, dict):
            return [f"{where}: no object"]
        kept = [key for key in gold if key not in REMARKS and key != "source_url"]
        missing = [f"{where}/{key}: missing" for key in kept if key not in found]
        return missing + [
            line for key in kept if key in found for line in differences(found[key], gold[key], f"{where}/{key}")
        ]
    if isinstance(gold, list):
        short = [f"{where}: {len(found)} instead of {len(gold)}"] if len(found) != len(gold) else []
        pairs = enumerate(zip(found, gold, strict=False))
        return short + [line for at, (one, other) in pairs for line in differences(one, other, f"{where}[{at}]")]
    return [] if found == gold else [f"{where}: {found!r} instead of {gold!r}"]


def test_real_notice_gives_what_the_hand_made_decomposition_says(read: dict[str, Any]) -> None:
    """Structure, keys, texts, units, groups, deadlines, indicators of items 1 to 12, and the head of the notice."""
    gold = json.loads(real("gold-items-1-12.json").read_text("utf-8"))
    assert differences({**read, "sections": first_items(read, 12)}, gold) == []


def test_clause_carries_the_keys_of_the_decomposition_in_its_order(read: dict[str, Any]) -> None:
    gold = json.loads(real("gold-items-1-12.json").read_text("utf-8"))
    wanted = [key for key in clauses(gold)[0] if key != "doubt"]
    assert [key for key in clauses(read)[0] if key in wanted] == wanted
    for clause in clauses(read):
        assert clause["text"].startswith(clause["text_start"])
        assert clause["text"].endswith(clause["text_end"])


def test_real_notice_is_counted_whole(read: dict[str, Any]) -> None:
    assert [len(item["clauses"]) for item in items(read)] == PER_ITEM
    assert [item["number"] for item in items(read)] == list(range(1, 25))
    assert len(clauses(read)) == 49
    assert [(len(section["subsections"]), section["number"]) for section in read["sections"]] == [
        (4, "一"), (3, "二"), (1, "三"),
    ]  # fmt: skip
    assert sum(len(clause["units"]) for clause in clauses(read)) == 163
    assert len({unit for clause in clauses(read) for unit in clause["units"]}) == 34
    groups = Counter(group for clause in clauses(read) for group in clause["unit_groups"])
    assert groups.pop("有关县市区") == 48
    assert (len(groups), sum(groups.values())) == (2, 4)
    assert all(group.endswith("领导小组各成员单位") for group in groups)
    assert [clause["lead"] for clause in clauses(read)].count("市长江办") == 6
    assert all(clause["lead"] == clause["units"][0] for clause in clauses(read))


def test_deadlines_and_indicators_of_the_real_notice(read: dict[str, Any]) -> None:
    dates = [(clause["id"], one["quote"], one["date"]) for clause in clauses(read) for one in clause["deadlines"]]
    assert dates == [
        ("2.1", "20226月底前", "2022-06-30"), ("2.2", "在2022年完成前期工作", "2022-12-31"),
        ("2.2", "20244月完工", "2024-04-30"),
    ]  # fmt: skip
    targets = [
        (clause["id"], one["name"], one["op"], one["value"], one["unit"])
        for clause in clauses(read)
        for one in clause["indicators"]
    ]
    assert targets == [
        ("12.1", "新增国省科技计划立项", ">=", 120, "个"), ("12.1", "高新技术企业数量", ">=", 1000, "家"),
        ("14.2", "新增市级以上农业产业化龙头企业", "=", 30, "家"), ("14.2", "两品一标农产品", "=", 25, "个"),
        ("14.3", "建成省市县各级美丽乡村", "=", 70, "个"), ("14.3", "建设幸福屋场", "=", 100, "个"),
        ("17.1", "企业破零倍增", ">=", 120, "家"), ("17.1", "全市进出口总额", ">=", 300, "亿元"),
        ("17.1", "新引进三类500项目", ">=", 20, "个"), ("17.1", "利用外资增长", "=", 20, "%"),
        ("17.1", "到位内资增长", ">=", 12, "%"),
    ]  # fmt: skip


def test_every_damage_of_the_real_notice_is_told_with_line_and_quote(read: dict[str, Any]) -> None:
    told = Counter(note["code"] for note in read["warnings"])
    assert told == {
        "W-N01": 32,  # 30 not closed, 1 not opened, 1 neither
        "W-N08": 18,  # the next clause glued on
        "W-D02": 3,  # the date of issue and two deadlines that lost 年 and 月
        "W-O01": 1,  # 二、
        "W-H02": 2, "W-H03": 1, "W-T02": 3, "W-T03": 2,
    }  # fmt: skip
    signs = Counter((clause["bracket_open"], clause["bracket_close"]) for clause in clauses(read))
    assert signs == {(True, True): 17, (True, False): 30, (False, True): 1, (False, False): 1}
    lost = [(clause["id"], clause["bracket_open"]) for clause in clauses(read) if not clause["bracket_open"]]
    assert lost == [("2.1", False), ("16.2", False)]
    lines = real(REAL).read_text("utf-8").split("\n")
    for note in read["warnings"]:
        line = lines[note["line"] - 1]
        assert note["quote"] in line
        assert note["code"] == "W-T02" or line[note["column"] - 1 :].startswith(note["quote"]), note
    quotes = [note["quote"] for note in read["warnings"] if note["code"] == "W-N01"]
    damaged = [clause for clause in clauses(read) if not (clause["bracket_open"] and clause["bracket_close"])]
    assert quotes == [clause["bracket"] for clause in damaged]
    assert all(clause["damage"] for clause in damaged)


def plain(read: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What is asked of whom, without where it stood."""
    return [
        (clause["id"], clause["text"], clause["bracket"], clause["units"], clause["unit_groups"], clause["deadlines"],
         clause["indicators"])
        for clause in clauses(read)
    ]  # fmt: skip


def forms(text: str) -> dict[str, bytes]:
    """The same text as files of every kind that is read."""
    body = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    kept = {
        "gb.txt": text.encode("gb18030"),
        "bom.txt": text.encode("utf-8-sig"),
        "utf16.txt": text.encode("utf-16"),
        "crlf.txt": text.replace("\n", "\r\n").encode(),
        "utf8.html": f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'.encode(),
    }
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gbk"></head><body>{body}'
    kept["gbk.html"] = page.encode("gb18030")
    return kept


def test_same_notice_from_every_kind_of_file_gives_the_same_clauses(
    read: dict[str, Any], shell: Terminal, tmp_path: Path
) -> None:
    text = real(REAL).read_text("utf-8")
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(str(tmp_path / "word.docx"))
    for name, data in forms(text).items():
        (tmp_path / name).write_bytes(data)
    for path in sorted(tmp_path.iterdir()):
        found = shell.json("notice", "read", str(path))
        assert plain(found) == plain(read), path.name
        assert (found["title"], found["issuer"], found["issued_on"]) == (
            read["title"], read["issuer"], read["issued_on"],
        ), path.name  # fmt: skip
        more = {"gb.txt": 1, "gbk.html": -1, "utf8.html": -1}.get(path.name, 0)  # of a page no tools are remarked
        assert len(found["warnings"]) == len(read["warnings"]) + more, path.name


def test_notice_read_speaks_to_people_in_both_languages(shell: Terminal) -> None:
    example = str(ROOT / "simulation" / "example_notice.txt")
    english = shell.run("notice", "read", example)
    chinese = subprocess.run([DUBAN, "notice", "read", example], capture_output=True, text=True, check=True)
    assert english.returncode == 0
    assert "9 items, 17 clauses" in english.stdout
    assert "the bracket is not closed" in english.stdout
    assert "括号未闭合" in chinese.stdout
    assert "4.2\t启动厨余垃圾处理厂建设,20243月投产。\t市城管局、市发展改革委、市财政局、有关县市区" in chinese.stdout


def test_example_notice_that_is_shipped_has_the_real_ones_kinds_of_damage(shell: Terminal) -> None:
    found = shell.json("notice", "read", str(ROOT / "simulation" / "example_notice.txt"))
    told = {note["code"] for note in found["warnings"]}
    assert {"W-N01", "W-N08", "W-D02", "W-O01", "W-T02"} <= told
    assert [len(item["clauses"]) for item in items(found)] == [2, 1, 3, 2, 3, 1, 2, 1, 2]
    assert all(clause["units"] for clause in clauses(found))
    dates = [(clause["id"], one["date"]) for clause in clauses(found) for one in clause["deadlines"]]
    assert dates == [("1.1", "2022-09-30"), ("3.2", "2022-12-31"), ("4.2", "2024-03-31")]
    assert (found["issued_on"], found["reporting"]["day"], found["issuer_short"]) == ("2022-05-10", 25, "市人居办")


@dataclass
class Office:
    """An office whose director has logged in."""

    shell: Terminal
    folder: Path
    notice: str

    def run(self, *words: str) -> Any:
        """Run ``duban notice …`` as the director."""
        return self.shell.run("notice", *words, person="director")

    def data(self, *words: str) -> Any:
        """What ``duban notice …`` answers in JSON to the director."""
        return self.shell.json("notice", *words, person="director")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("adopting")
    shell, codes = opened(folder)
    shell.log_in("sysadmin", GOOD, "--code", codes["sysadmin"], person="system")
    code = shell.json("person", "add", "wang", "--name", "王主任", person="system")["code"]
    shell.log_in("secadmin", GOOD, "--code", codes["secadmin"], person="security")
    assert shell.run("person", "grant", "wang", "--role", "director", person="security").returncode == 0
    shell.log_in("wang", GOOD, "--code", code, person="director")
    return Office(shell, folder, str(ROOT / "simulation" / "example_notice.txt"))


def put(path: Path, changes: dict[tuple[str, str], str | None], target: Path) -> str:
    """Edit cells of the table, named by clause and heading, and save it under another name."""
    book = load_workbook(path)
    sheet = book["任务分解表"]
    columns = {str(cell.value): cell.column for cell in sheet[3]}
    rows = {str(sheet.cell(at, columns["编号"]).value): at for at in range(4, sheet.max_row + 1)}
    for (clause, heading), value in changes.items():
        sheet.cell(rows[clause], columns[heading]).value = value
    book.save(target)
    return str(target)


def test_notice_goes_through_the_spreadsheet_into_the_office_and_is_revised(office: Office) -> None:
    """Read, export, edit, adopt, adopt again, set a roster, look at the plan, revise: a director's morning."""
    table = office.folder / "分解表.xlsx"
    assert office.run("read", office.notice, "--xlsx", str(table)).returncode == 0
    edited = put(
        table, {("1.1", "内容"): "'=SUM(改)", ("6.1", "配合单位"): "市水利局、市公安局"}, office.folder / "a.xlsx"
    )
    refused = office.run("adopt", put(table, {("6.1", "时限"): "六月"}, office.folder / "bad.xlsx"))
    assert (refused.returncode, "E-X02" in refused.stderr, "M15" in refused.stderr) == (DENIED, True, True)

    twice = put(table, {("6.1", "配合单位"): "市水利局"}, office.folder / "b.xlsx")
    made = office.data("adopt", twice)
    assert (made["notice_id"], made["existed"], made["clauses"]) == (1, False, 17)
    assert made["open_groups"] == ["有关县市区", "领导小组各成员单位"]
    again = office.data("adopt", twice)
    assert (again["existed"], again["clauses"], again["responsibilities"], again["new_units"]) == (True, 0, 0, [])
    assert "E-N03" in office.run("adopt", office.notice).stderr

    office.shell.json("unit", "group", "set", "有关县市区", "甲县", "乙区", person="director")
    assert office.data("adopt", twice)["responsibilities"] > 0
    plan = office.data("diff", "1", edited)
    assert [(line["clause"], line["verdict"]) for line in plan] == [("1.1", "change"), ("6.1", "change")]
    assert office.data("adopt", edited, "--revise", "1")["clauses"] == 2
    assert office.run("diff", "1", edited).stdout.strip() == "Nothing would change."
    (row,) = office.data("show")
    assert (row["revision"], row["adopted_by"]) == (2, "wang")
    files = office.data("print", "1", "--out", office.folder / "paper")["files"]
    tables = docx.Document(files["docx"]).tables
    assert [cell.text for cell in tables[0].rows[0].cells][:3] == ["序号", "工作任务", "编号"]
    shown = clauses(office.data("show", "1")["draft"])
    assert next(clause["text"] for clause in shown if clause["id"] == "1.1") == "=SUM(改)"


def test_wrong_moves_are_refused_in_words_and_change_nothing(tmp_path: Path) -> None:
    door, example = Door.of(tmp_path / "office"), ROOT / "simulation" / "example_notice.txt"
    table, old = tmp_path / "t.xlsx", tmp_path / "通知.doc"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert door.run("director", "notice", "read", example, "--xlsx", table).code == 0
    kept = table.read_bytes()
    refused = [
        (1, "E-F30", "director", "read", example, "--xlsx", table),
        (1, "E-F31", "director", "read", example, "--xlsx", tmp_path / "t.txt"),
        (1, "E-F09", "director", "read", old),
        (4, "E-404", "director", "show", 77),
        (4, "E-404", "director", "diff", 77, table),
        (4, "E-404", "director", "adopt", table, "--revise", 77),
        (1, "E-403", "clerk1", "show"),
        (1, "E-403", "system", "diff", 1, table),
        (1, "E-403", "reviewer", "adopt", table),
    ]
    for exit_code, code, login, *words in refused:
        found = door.refuses(exit_code, code, login, "notice", *words)
        assert str(tmp_path) not in str(found)
    assert door.run("director", "notice", "read", tmp_path).code == USAGE
    assert door.run("director", "notice", "read", tmp_path / "none.txt").code == USAGE
    assert table.read_bytes() == kept
    assert not (tmp_path / "t.txt").exists()


def test_roster_of_one_clause_is_set_by_the_number_people_cite(tmp_path: Path) -> None:
    door, group = Door.of(tmp_path / "office"), "有关县市区"
    door.data("director", "unit", "group", "set", group, "甲县", "乙区")
    door.data("director", "unit", "group", "set", group, "丙县", "--clause", "2.1")
    door.refuses(4, "E-404", "director", "unit", "group", "set", group, "甲县", "--clause", "9.9")
    shown = [
        door.data("director", "unit", "group", "show", group, *more)["members"] for more in ((), ("--clause", "2.1"))
    ]
    assert shown == [["甲县", "乙区"], ["丙县"]]


def test_denied_look_at_a_notice_stands_in_the_trail(tmp_path: Path) -> None:
    door = Door.of(tmp_path / "office")
    assert door.run("clerk1", "notice", "show").code == 1
    event = door.world.events()[-1]
    assert (event["actor"], event["action"], event["result"]) == ("clerk1", "notice.draft", "denied")
