"""Strings that somebody could put into an import file to do harm to whoever reads a report of it.

Written for this project. ``STRINGS`` are values; ``lines()`` are import files with them in every place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

#: What runs in the page sets this; nothing may.
_RUN = "window.pwned=1"

STRINGS: list[str] = [
    # markup that ends what it is in, and runs
    f"<script>{_RUN};alert(1)</script>",
    f"</script><script>{_RUN}</script>",
    f"</title></style></textarea></code></pre></details><script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<img src='https://pwned.invalid/?a' onerror=\"{_RUN}\">",
    f'" onmouseover="{_RUN}" autofocus onfocus="{_RUN}" x="',
    f"' onclick='{_RUN}' '",
    f"` onclick=`{_RUN}` `",
    f"<svg/onload={_RUN}><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f"<details open ontoggle={_RUN}><summary>x</summary></details>",
    f"<body onload={_RUN}><base href='https://pwned.invalid/'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{_RUN}'>",
    "<link rel=stylesheet href=https://pwned.invalid/x.css><style>@import 'https://pwned.invalid/y.css'</style>",
    "<form action=https://pwned.invalid/><button>Sign in</button></form>",
    f"<a href='javascript:{_RUN}'>click</a>",
    f"<math><mtext></mtext><mglyph><style><img src onerror={_RUN}>",
    f"<noscript><p title='</noscript><img src=x onerror={_RUN}>'>",
    "<!-- --!> <![CDATA[ ]]> ]]><x/> <?xml version='1.0'?> <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]> &e;",
    "&lt;script&gt;&#60;script&#62; &amp;amp; &nbsp &#0; &#xD800;",
    "<plaintext><xmp><listing><template><slot>",
    # templates and formats
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% raw %} %s %(x)s {0} {x.__class__} $HOME `id` $(id)",
    # terminals
    "\x1b[2J\x1b[31m\x1b]0;title\x07\x1b]8;;https://pwned.invalid\x1b\\link\x1b]8;;\x1b\\ \x9b31m \x90q\x9c",
    "".join(map(chr, range(32))) + "\x7f" + "".join(map(chr, range(0x80, 0xA0))),
    "a\rb\nc\r\nd\u0085e\u2028f\u2029g\x0bh\x0ci",
    # text that is not what it looks like
    "user\u202egpj.exe \u2066\u2067\u2068\u2069 \u200e\u200f\u061c \u202a\u202b\u202c\u202d",
    "ad\u200bmin \u200c\u200d\u2060\ufeff \u00ad \u034f \u115f \u3164 \u2800 \U000e0041\U000e007f",
    "Z\u0351\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307 \u20e3 \u0f3e",
    "שלום <b>עולם</b> مرحبا (abc)",
    "аdmin раура1 ｆｕｌｌｗｉｄｔｈ 𝒽ₑ𝓁𝓁ₒ Straße ﬁ ǅ İı",
    "\ufffe\uffff\U0001ffff\ue000\U0010fffd\ufff9\ufffa\ufffb",
    "\ud800 \udfff \udc80 half \ud83d",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 ❤️ 😀",
    # spreadsheets
    "=1+1",
    '=HYPERLINK("https://pwned.invalid","click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    '"=1+1',
    'x";=1+1',
    "x;=1+1",
    "x,=1+1",
    "＝1+1",
    "1;2,3\t4|5",
    # Markdown
    "[click](javascript:alert(1)) ![x](https://pwned.invalid/x.png) <https://pwned.invalid> https://pwned.invalid",
    "@everyone @octocat #1 GH-1 octocat/repo#1",
    "``` ~~~ ```` `` ` \\` \\",
    "a | b \\| c ||| d",
    "</details> </summary> <!-- x",
    "# heading\n\n- list\n\n    code\n\n> quote\n\n---\n\n| a |\n|---|",
    "**bold** __bold__ ~~x~~ $x$ :smile: [ref]: https://pwned.invalid",
    # GitHub's workflow commands
    "::error file=x::pwned",
    "%0A::stop-commands::pwned",
    "\n::add-mask::a",
    "##[error]pwned ##[add-mask]a",
    "x,file=y:z,title=%3A%2C%25",
    # names that mean something to programs
    *("__proto__", "constructor", "toString", "hasOwnProperty", "null", "NaN", "true", "-0", "1e999", "0x10"),
    *("../../etc/passwd", "CON", "file:///etc/passwd", "C:\\windows", "~0/~1//", "a/b~c", "'; DROP TABLE x; --"),
    "",
    " ",
    "x" * 5000,
    "𝕏" * 5000,
    "\u202e" * 500,
    "<" * 500,
]


def lines() -> Iterator[bytes]:
    """Lines of an import file with each string in places of every kind."""
    for text in STRINGS:
        yield _line({"instruction": text, "data": [text]})
        yield _line({"instruction": "follow", "feedId": text, "data": [text, f"user:{text}"]})
        yield _line({"instruction": "follow", "feedId": f"{text}:a", "data": ["user:b"]})
        activity = {"actor": text, "verb": text, "object": text, "foreign_id": text, "time": text, "to": [text]}
        yield _line({"instruction": "add_activities", "feedId": "user:a", "data": [activity | {text: text}]})
        good = {"actor": "SU:a", "verb": "x", "object": "x", "foreign_id": f"{text}!", "time": "2023-05-01 09:30:00"}
        yield _line({"instruction": "add_activities", "feedId": "user:a", "data": [good]})
        yield _line({"instruction": "users", "data": [{"id": text, "data": text, text: 1}], text: text})
        yield _line({"instruction": "collections", "data": [{"collection": text, "id": text, "data": {text: text}}]})
        reaction = {"kind": text, "user_id": text, "activity_id": text, "id": text, "data": text, "parent": text}
        yield _line({"instruction": "reactions", "data": [reaction]})
        yield text.encode("utf-8", "surrogatepass").replace(b"\n", b" ")
        yield b'{"instruction": "' + text.encode("utf-8", "surrogatepass").replace(b"\n", b" ")


def _line(value: Any) -> bytes:
    """Both spellings of the same: with escapes, and where UTF-8 can hold it, as it is."""
    escaped = json.dumps(value).encode()
    try:
        raw = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return escaped
    return escaped + b"\n" + raw
