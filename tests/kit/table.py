"""One decomposition table as a Word table, a spreadsheet and a web page, its merged cells given as corners."""

from __future__ import annotations

import io

import docx
import openpyxl

#: rows of texts, and merged areas as (top, left, bottom, right), all from 0
Rows = list[list[str]]
Areas = list[tuple[int, int, int, int]]


def word(head: list[str], rows: Rows, merged: Areas) -> bytes:
    document = docx.Document()
    for line in head:
        document.add_paragraph(line)
    table = document.add_table(len(rows), len(rows[0]))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(at, column).text = text
    for top, left, bottom, right in merged:
        text = table.cell(top, left).text
        table.cell(top, left).merge(table.cell(bottom, right)).text = text
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def spreadsheet(head: list[str], rows: Rows, merged: Areas) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in head:
        sheet.append([line])
    for row in rows:
        sheet.append([text or None for text in row])
    for top, left, bottom, right in merged:
        sheet.merge_cells(
            start_row=top + len(head) + 1, start_column=left + 1, end_row=bottom + len(head) + 1, end_column=right + 1
        )
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def page(head: list[str], rows: Rows, merged: Areas) -> bytes:
    corners = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merged}
    under = {
        (at, column)
        for top, left, bottom, right in merged
        for at in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(corners)
    made = "".join(f"<p>{line}</p>" for line in head) + "<table>"
    for at, row in enumerate(rows):
        made += "<tr>"
        for column, text in enumerate(row):
            down, across = corners.get((at, column), (1, 1))
            lines = "<br>".join(text.split("\n"))
            if (at, column) not in under:
                made += f'<td rowspan="{down}" colspan="{across}"><p>{lines}</p></td>'
        made += "</tr>"
    return f"<!DOCTYPE html><html><body>{made}</table></body></html>".encode()
