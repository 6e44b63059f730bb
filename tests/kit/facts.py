"""Facts of papers: a small month in which everything happens once, and one as large as the real notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from models.facts import (
    Count,
    FormFacts,
    FormRow,
    IndicatorFact,
    MilestoneFact,
    NamedTask,
    RequestFact,
    SummaryClause,
    SummaryFacts,
    SummaryIndicator,
    SummaryItem,
    SummarySection,
    SummarySubsection,
    UnitLine,
    UnitRow,
)
from models.sealed import MonthFigures, TaskSource

NOTICE = "关于印发《清溪市2022年推动长江经济带发展工作要点》的通知"
DONE = "已完成排查点位 132 个，发现问题 14 个，其中 9 个已整改到位，其余 5 个制定了整改方案并明确了时限。"
CLAUSE = "制定城镇污水处理及资源化利用行动计划，实施全市污水管网更新改造，摸清污水管网现状，建立台账。"


def form_facts(rows: int = 3, progress: str = DONE) -> FormFacts:
    """A unit's form with so many tasks; the second has no progress, the third indicators."""
    row = FormRow(
        1,
        "2.1",
        "加强城镇污水垃圾处理",
        CLAUSE,
        "lead",
        2,
        progress,
        60,
        problems="资金缺口约 300 万元。",
        next_steps="7月底前完成整改。",
    )
    idle = replace(
        row,
        share="support",
        version=1,
        progress="",
        percent=0,
        no_progress=True,
        reason="项目未到开工季节",
        problems="",
    )
    counted = replace(
        row,
        indicators=(
            IndicatorFact("高新技术企业数量", ">=", 1000, 912, "家"),
            IndicatorFact("利用外资增长", ">=", 20, None, "%", "统计数据次月10日发布"),
        ),
    )
    kinds = (row, idle, counted)
    numbered = tuple(
        replace(kinds[n % 3], task_id=n + 1, clause_number=f"{n // 3 + 1}.{n % 3 + 1}") for n in range(rows)
    )
    return FormFacts(
        "市长江办", "市生态环境局", "2022-06", date(2022, 6, 25), "K7QF-3M2X-9A", date(2022, 6, 22), 3, numbered, NOTICE
    )


DUE = date(2022, 6, 25)
RETURNED = NamedTask("天元区政府", "1.1", "加强城镇污水垃圾处理", date(2022, 6, 30), 0, "未附整改点位清单", 2, 4)


def summary_facts(progress: str = DONE) -> SummaryFacts:
    """A month with an approved, an idle, a missing, a late, a returned and a waived task."""
    lines = (
        UnitLine(
            "市生态环境局",
            "lead",
            "reviewed",
            progress,
            60,
            0,
            1,
            1,
            "李建国",
            problems="资金缺口约 300 万元",
            next_steps="7月底前完成整改",
            task_id=1,
            before=45,
        ),
        UnitLine(
            "市水利局",
            "support",
            "reviewed",
            "",
            10,
            2,
            2,
            2,
            "王芳",
            no_progress=True,
            reason="汛期不能施工",
            task_id=2,
        ),
        UnitLine("市应急局", "support", "assigned", late_days=3, task_id=3),
        UnitLine("天元区政府", "support", "returned", "数据待核", 30, 0, 2, 1, task_id=4),
    )
    first = SummaryClause("1.1", CLAUSE, lines, (MilestoneFact(date(2022, 6, 30), "2022年6月底前"),))
    second = SummaryClause(
        "1.2",
        "高新技术企业突破1000家。",
        (
            replace(lines[0], task_id=5, before=None),
            replace(lines[1], state="waived", version=0, late_days=0, round=1, task_id=6),
        ),
    )
    third = SummaryClause("2.1", "加强宣传培训。", (replace(lines[2], share="lead", task_id=7),))
    return SummaryFacts(
        office_name="清溪市推动长江经济带发展领导小组办公室",
        recipient="市人民政府",
        notice_title=NOTICE,
        month="2022-06",
        number="清长江办〔2022〕3号",
        issued_on=date(2022, 6, 28),
        head_short="9F3A-77C2",
        due_on=date(2022, 6, 25),
        counts=(Count("assigned", 2), Count("returned", 1), Count("reviewed", 3), Count("waived", 1)),
        sections=(
            SummarySection(
                "一、标本兼治推动共抓大保护",
                (
                    SummarySubsection(
                        "(一)狠抓突出问题整改", (SummaryItem(1, "加强城镇污水垃圾处理", (first, second)),)
                    ),
                ),
            ),
            SummarySection(
                "强化制度保障压实各方责任", (SummarySubsection("", (SummaryItem(2, "加强宣传培训", (third,)),)),)
            ),
        ),
        indicators=(
            SummaryIndicator("1.2", "高新技术企业数量", ">=", 1000, 912, "家", "市生态环境局", task_id=5, before=900),
            SummaryIndicator("1.2", "新增科技计划立项", ">=", 120, 131, "个", "市生态环境局", task_id=5),
            SummaryIndicator("1.2", "利用外资增长", ">=", 20, None, "%", "市生态环境局", "统计数据次月发布", task_id=5),
        ),
        missing=(
            NamedTask("市应急局", "1.1", "加强城镇污水垃圾处理", DUE, 3, task_id=3),
            NamedTask("市应急局", "2.1", "加强宣传培训", DUE, 3, task_id=7),
        ),
        late=(
            NamedTask("市水利局", "1.1", "加强城镇污水垃圾处理", DUE, 2, "汛期不能施工", 2, 2, date(2022, 6, 27)),
            NamedTask("市应急局", "1.1", "加强城镇污水垃圾处理", DUE, 3, task_id=3),
            NamedTask("市应急局", "2.1", "加强宣传培训", DUE, 3, task_id=7),
        ),
        returned=(RETURNED,),
        returns=(
            NamedTask("市水利局", "1.1", "加强城镇污水垃圾处理", DUE, 2, "数据没有来源", 2, 2),
            RETURNED,
        ),
        units=(
            UnitRow("市生态环境局", 2, 2, 0, 0, 0, 0),
            UnitRow("市水利局", 1, 0, 1, 0, 0, 1),
            UnitRow("市应急局", 2, 0, 0, 2, 0, 0),
            UnitRow("天元区政府", 1, 0, 0, 0, 1, 0),
        ),
        requests=(
            RequestFact(
                "extension", "市水利局", "1.1", "汛期不能施工", "granted", date(2022, 7, 5), date(2022, 7, 5), task_id=2
            ),
            RequestFact("transfer", "市应急局", "2.1", "非本单位职责", "pending", wanted_unit="市委宣传部", task_id=7),
        ),
        figures=MonthFigures(
            "2022-06",
            6,
            3,
            2,
            1,
            2,
            1,
            1,
            3,
            2,
            percents=((1, 60), (2, 10), (5, 60)),
            values=((1, 912), (2, 131)),
        ),
        history=(MonthFigures("2022-05", 6, 5, 3, 2, 1, 0, 1, 3, 0, percents=((1, 45), (2, 10)), values=((1, 900),)),),
        next_due_on=date(2022, 7, 25),
        sources=tuple(SOURCES),
    )


#: what stands behind the month's tasks: who filed is named with the paper, who did not with nothing
SOURCES = [
    TaskSource(
        number, unit, clause, "lead", "reviewed", 1, f"{number:064x}", f"K7QF-3M2X-{number:02}", "李建国", "公章",
        f"{number + 100:064x}", "郑审核", datetime(2022, 6, 26, 2, 0, tzinfo=UTC),
    )
    for number, unit, clause in ((1, "市生态环境局", "1.1"), (2, "市水利局", "1.1"), (5, "市生态环境局", "1.2"))
] + [
    TaskSource(number, unit, clause, "support", stage)
    for number, unit, clause, stage in (
        (3, "市应急局", "1.1", "assigned"), (4, "天元区政府", "1.1", "returned"),
        (6, "市水利局", "1.2", "waived"), (7, "市应急局", "2.1", "assigned"),
    )
]  # fmt: skip


def large_summary(clauses: int = 49, units: int = 14) -> SummaryFacts:
    """A month as large as the real notice: so many clauses, each with so many units."""
    names = [f"第{number}责任单位" for number in range(40)]
    made = []
    for number in range(clauses):
        lines = tuple(
            UnitLine(
                names[(number + n) % 40],
                "support" if n else "lead",
                "reviewed",
                DONE * 2,
                60,
                0,
                1,
                1,
                "李建国",
                task_id=number * units + n + 1,
            )
            for n in range(units)
        )
        made.append(SummaryClause(f"{number // 2 + 1}.{number % 2 + 1}", CLAUSE, lines))
    items = tuple(SummaryItem(n // 2 + 1, "加强城镇污水垃圾处理", tuple(made[n : n + 2])) for n in range(0, clauses, 2))
    section = SummarySection("标本兼治", (SummarySubsection("狠抓突出问题整改", items),))
    rows = tuple(UnitRow(name, 17, 15, 1, 1, 0, 0) for name in names)
    counted = (Count("reviewed", clauses * units),)
    return replace(summary_facts(), sections=(section,), units=rows, counts=counted)
