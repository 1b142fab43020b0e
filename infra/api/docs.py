"""`/docs` shows the operations of the OpenAPI document as one HTML page made here: no script, nothing from elsewhere.

The page's policy forbids everything but its own style, so a caseworker's browser asks no other host for anything.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
section{border-top:1px solid #ccc;margin-top:2rem}h2{font-size:1.1rem}h2 b{display:inline-block;min-width:4rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}
th{font-weight:600;white-space:nowrap}code{font-family:ui-monospace,monospace}p{white-space:pre-line}
"""
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The operations, for people."""
    return HTMLResponse(page(request.app.openapi()), headers={"Content-Security-Policy": _POLICY})


def page(document: Mapping[str, Any]) -> str:
    """The HTML of an OpenAPI document."""
    info = document["info"]
    operations = [
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>"
        f'<p><a href="/openapi.json">OpenAPI document</a></p>{"".join(operations)}</body></html>'
    )


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> str:
    rows = [*_parameters(operation), *_body(operation), *_responses(operation)]
    key = "" if operation.get("security") else " (no key needed)"
    return (
        f'<section id="{escape(operation["operationId"])}"><h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2>'
        f"<p>{escape(operation.get('description', ''))}{key}</p><table>{''.join(rows)}</table></section>"
    )


def _parameters(operation: Mapping[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        text = parameter.get("description", "")
        yield _line(f"{parameter['name']} ({parameter['in']})", f"{text} {_limits(parameter['schema'])}".strip())


def _limits(schema: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    found = [schema, *schema.get("anyOf", ())]
    words = [f"one of {', '.join(s['enum'])}" for s in found if "enum" in s]
    words += [f"from {s['minimum']:g}" for s in found if "minimum" in s]
    words += [f"to {s['maximum']:g}" for s in found if "maximum" in s and s["maximum"] < 2**53]
    words += [f"default {schema['default']}"] if schema.get("default") is not None else []
    return f"({', '.join(words)})" if words else ""


def _body(operation: Mapping[str, Any]) -> Iterator[str]:
    body = operation.get("requestBody")
    if body:
        yield _line("body", f"{body['description']}: {', '.join(body['content'])}")


def _responses(operation: Mapping[str, Any]) -> Iterator[str]:
    for status, response in sorted(operation["responses"].items()):
        yield _line(status, response["description"])


def _line(name: str, text: str) -> str:
    return f"<tr><th><code>{escape(name)}</code></th><td>{escape(text)}</td></tr>"
