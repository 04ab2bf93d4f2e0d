"""From values to a page that loads nothing."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from graphforensics._text import shown

_FOLDER = Path(__file__).with_name("templates")


def render_page(template: str, scripts: Sequence[str], values: Mapping[str, Any]) -> str:
    """Fill in a template; all values are escaped, and the page may load or run nothing else.

    The content security policy allows the embedded style sheet and scripts by their hashes, and
    pictures that are embedded.

    Args:
        template: File of ``report/templates``.
        scripts: Files of ``report/templates``, in the order in which they run.
        values: What the template names; :func:`embedded` makes data of it for scripts.
    """
    style = _text("page.css")
    codes = [_text(name) for name in scripts]
    return (
        _environment()
        .get_template(template)
        .render(
            {
                **values,
                "style": Markup(style),
                "scripts": [Markup(code) for code in codes],
                "policy": _policy(style, codes),
            }
        )
    )


def embedded(values: Any) -> Markup:
    r"""Return values as JSON that no text in it can break out of.

    Args:
        values: As JSON holds them; text is kept, with what a terminal would not show escaped.

    Example:
        >>> print(embedded({"name": "</script>"}))
        {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(values, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _policy(style: str, codes: Sequence[str]) -> str:
    allowed = " ".join(f"'{_hash(code)}'" for code in codes)
    return (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@functools.lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.filters["shown"] = shown
    made.filters["shown_text"] = lambda text: "\n".join(shown(line) for line in text.splitlines())
    return made
