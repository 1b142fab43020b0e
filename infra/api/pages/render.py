"""HTML is made by templates that escape everything, in the reader's language, under a policy that allows no script.

A page loads its one style sheet from this site and nothing else; no inline style, no script, no frame around it. Texts
of the pages stand in `texts.toml`, in English and Mongolian.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from infra.api import language

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The response that shows a template, in the language of the request."""
    lang = language.of(request)
    return HTMLResponse(html(template, lang, **values), status, headers=HEADERS | {"Content-Language": lang})


def html(template: str, lang: str, **values: Any) -> str:
    """A template as text."""
    return _environment().get_template(template).render(lang=lang, t=texts()[lang], **values)


def style() -> str:
    """The style sheet."""
    return resources.files("infra.api.pages").joinpath("tamga.css").read_text(encoding="utf-8")


@cache
def texts() -> dict[str, dict[str, Any]]:
    """The pages' texts by language."""
    return tomllib.loads(resources.files("infra.api.pages").joinpath("texts.toml").read_text(encoding="utf-8"))


def shown(value: Any, t: dict[str, Any]) -> str:
    """A value of a JSON document as the text of a cell."""
    match value:
        case bool():
            return str(t["yes"] if value else t["no"])
        case int() | float():
            return str(value)
        case list() | dict() if value:
            return orjson.dumps(value).decode()
        case _:
            return str(value) if value else "-"


def prose(text: str) -> Markup:
    """A sentence in which names stand between backticks, as the API's descriptions have them."""
    parts = (f"<code>{escape(part)}</code>" if at % 2 else escape(part) for at, part in enumerate(text.split("`")))
    return Markup("").join(Markup(part) for part in parts)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("infra.api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["shown"], found.filters["prose"] = shown, prose
    return found
