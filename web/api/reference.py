"""What there is: the schema for programs, and the same as a page for people."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.responses import Response

from web.api.app import schema
from web.frame.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def openapi() -> Response:
    """The description of every operation: OpenAPI 3.1."""
    return JSONResponse(schema())


@router.get("/docs")
def docs() -> Response:
    """The same for reading, without anything from elsewhere."""
    return HTMLResponse(render("api/reference.html", told(schema())))


def told(description: dict[str, Any]) -> dict[str, Any]:
    """The schema as the page needs it: operations by noun, and the shapes that they name."""
    operations = [
        _operation(path, method, one, description["components"]["schemas"])
        for path, methods in description["paths"].items()
        for method, one in methods.items()
    ]
    groups = [
        {**tag, "operations": [one for one in operations if tag["name"] in one["tags"]]} for tag in description["tags"]
    ]
    shapes = [
        {"name": name, "about": shape.get("description", ""), "fields": list(_fields(shape))}
        for name, shape in sorted(description["components"]["schemas"].items())
    ]
    about = description["info"]["description"].replace("**", "").split("\n\n")
    return {"info": description["info"], "about": about, "groups": groups, "shapes": shapes, "kind": kind}


def _operation(path: str, method: str, one: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    sent = one.get("requestBody", {}).get("content", {})
    return {
        **{name: one[name] for name in ("tags", "summary", "description", "operationId")},
        "path": path,
        "method": method.upper(),
        "example": _example(schemas, sent),
        "parameters": [{"required": False, "description": "", **field} for field in one.get("parameters", [])],
        "sent": {media: kind(body["schema"]) for media, body in sent.items()},
        "answers": [
            {
                "status": status,
                "about": answer["description"],
                "content": {media: kind(body.get("schema", {})) for media, body in answer.get("content", {}).items()},
            }
            for status, answer in one["responses"].items()
        ],
    }


def _example(schemas: dict[str, Any], sent: dict[str, Any]) -> str:
    """What a body may look like; nothing where none is sent, or no example is written."""
    for body in sent.values():
        examples = schemas.get(kind(body["schema"]), {}).get("examples", [])
        if examples:
            return json.dumps(examples[0], ensure_ascii=False, indent=2)
    return ""


def _fields(shape: dict[str, Any]) -> Any:
    required = shape.get("required", [])
    for name, field in shape.get("properties", {}).items():
        yield {"name": name, "kind": kind(field), "needed": name in required, "about": field.get("description", "")}


def kind(field: dict[str, Any]) -> str:
    """What a value is, in a few words: ``string (date)``, ``list of Report``, ``integer 1–200``."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " | ".join(kind(one) for one in field["anyOf"])
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    if field.get("type") == "array":
        return f"list of {kind(field.get('items', {}))}"
    form = f" ({field['format']})" if "format" in field else ""
    span = f" {field['minimum']}–{field['maximum']}" if "minimum" in field and "maximum" in field else ""
    return f"{field.get('type', 'any')}{form}{span}"
