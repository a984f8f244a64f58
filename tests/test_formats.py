"""The formats of a report: what each says, how much of it, and that nothing in it comes alive."""

from __future__ import annotations

import csv as csv_reader
import hashlib
import io
import json
import random
import re
import unicodedata
from base64 import b64encode
from html.parser import HTMLParser
from typing import Any

import hostile
import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from test_report import FORBIDDEN, broken, excerpt, file, finding, push, rule, small_ruleset

from stream_import_rules import artefact
from stream_import_rules.findings import Excerpt, Finding, Related
from stream_import_rules.model import SEVERITIES
from stream_import_rules.report import csv, github, html, junit, markdown, sarif
from stream_import_rules.report.charts import along
from stream_import_rules.report.collect import Collector, FileReport, Unread, report_of, summary_of
from stream_import_rules.report.formats import FORMATS
from stream_import_rules.report.gather import Gatherer, Places, first
from stream_import_rules.report.markup import join, prose, tag, text
from stream_import_rules.report.outcome import Outcome
from stream_import_rules.report.safe import visible

#: What of a finding a file can fill, in part at least.
EVERYWHERE = ("file", "record", "path", "instruction", "message", "hint", "value")

RENDERED = [name for name, format_ in FORMATS.items() if format_.render is not None]


def outcome(collector: Collector | None = None, *files: FileReport, **about: Any) -> Outcome:
    """What a run with these findings hands to a format."""
    collector = collector or Gatherer(10)
    ruleset = about.pop("ruleset", small_ruleset())
    made = files or (file(totals=collector.totals),)
    summary = summary_of(collector, made, ruleset, version="1.2.3", fingerprint="abc", **about)
    places = collector.places if isinstance(collector, Gatherer) else None
    return Outcome(report_of(summary, collector.samples), collector.samples, ruleset, places)


def found() -> Gatherer:
    """The findings of ``test_report.broken``, in the sink that the command has."""
    gatherer = Gatherer(2, places=Places())
    for sample in broken().samples:
        push(gatherer, sample.finding, sample.excerpt)
    push(gatherer, finding(), excerpt(), times=1235)
    return gatherer


def spoilt() -> Outcome:
    """Findings with something hostile in everything that a file can fill, in files of hostile names."""
    gatherer = Gatherer(10_000, places=Places(), streams=[])
    files = []
    for number, bad in enumerate(hostile.STRINGS, 1):
        about: dict[str, Any] = dict.fromkeys(
            ("file", "record", "path", "instruction", "message", "hint", "value"), bad
        )
        related = (Related(message=bad, file=bad, line=1, path=bad),)
        severity = SEVERITIES[number % 3]
        half = len(bad) // 2
        push(gatherer, finding(severity, severity, line=number, related=related, **about), Excerpt(bad, half, 3))
        groups = {bad: 3}
        files.append(file(bad, entries={bad: 2}, feed_groups=groups, time_from=bad, time_to=bad, complete=False))
    ruleset = small_ruleset()
    return outcome(gatherer, *files, ruleset=ruleset, unread=[Unread(path=s, reason=s) for s in hostile.STRINGS])


def rendered(name: str, made: Outcome) -> bytes:
    render = FORMATS[name].render
    assert render is not None
    return render(made)


# --------------------------------------------------------------------------- all of them


@pytest.mark.parametrize("name", RENDERED)
@pytest.mark.parametrize("made", [outcome(), outcome(found()), spoilt()], ids=["empty", "some", "hostile"])
def test_every_format_is_utf8_without_a_character_that_does_something(name: str, made: Outcome) -> None:
    text = rendered(name, made).decode()
    assert text.endswith("\n")
    assert [hex(ord(c)) for c in set(text) if unicodedata.category(c) in FORBIDDEN - {"Co"} and c != "\n"] == []


@pytest.mark.parametrize("name", RENDERED)
def test_every_format_is_the_same_for_the_same_run(name: str) -> None:
    assert rendered(name, outcome(found())) == rendered(name, outcome(found()))


def test_a_million_findings_are_counted_exactly_and_fit_everywhere() -> None:
    """Every rule there is, broken by thousands of entries, each of them as long as they come."""
    ruleset, _ = artefact.load()
    gatherer = Gatherer(1_000, most=25_000, at_least=100, places=Places())
    long = "é" * 119
    piece = Excerpt(long[:40] + '"' * 40 + long[:40], 40, 40, True, True)
    about = {"record": long, "path": "/data/0/" + long, "message": long * 2, "hint": long, "value": long}
    each = 1_000_000 // len(ruleset.rules) + 1
    for rule_ in ruleset.rules:
        for line in range(each):
            assert gatherer.places is not None
            gatherer.places.see(rule_.id, "export.jsonl", line * 7 + 1, 1)
            if gatherer.count(rule_.id, rule_.severity):
                gatherer.add(finding(rule_.id, rule_.severity, line=line * 7 + 1, **about), piece)
    assert sum(gatherer.counts.values()) == each * len(ruleset.rules) >= 1_000_000
    big = file(lines=each * 7, totals=gatherer.totals, feed_groups={f"group{i}": i for i in range(5_000)})
    limits = {"json": 100, "html": 25, "sarif": 1_000, "junit": 20, "markdown": 10, "github": 10}
    sizes = {}
    for name, samples in limits.items():
        kept = first(gatherer.samples, samples)
        summary = summary_of(gatherer, [big], ruleset, version="1", fingerprint="f" * 64)
        made = Outcome(report_of(summary, kept), kept, ruleset, gatherer.places)
        data = rendered(name, made)
        sizes[name] = len(data)
        if name == "html":
            assert data.decode().count("<details") == len(ruleset.rules)
            assert f"{each:,} findings" in data.decode()
        if name == "json":
            report = json.loads(data)
            assert (report["counts"], report["shown"]) == (gatherer.counts, len(report["findings"]))
        if name == "sarif":
            (run,) = json.loads(data)["runs"]
            assert len(run["results"]) <= 25_000
            assert {result["ruleId"] for result in run["results"]} == {r.id for r in ruleset.rules}
            assert run["properties"]["counts"] == gatherer.counts
    assert 19_000_000 <= sizes["json"] <= 20_000_000
    assert 1_000_000 <= sizes["html"] <= 2_000_000
    assert 5_000_000 <= sizes["sarif"] < 10_000_000
    assert sizes["markdown"] < 65_536


# --------------------------------------------------------------------------- github


def commands(data: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as GitHub's runner reads them."""
    read = []
    for line in data.decode().splitlines():
        match = re.fullmatch(r"::([a-z]+) ([^:]*)::(.*)", line)
        assert match, line
        properties = dict(part.split("=", 1) for part in match[2].split(","))
        values = {key: value.replace("%3A", ":").replace("%2C", ",") for key, value in properties.items()}
        unescaped = {key: value.replace("%25", "%") for key, value in values.items()}
        read.append((match[1], unescaped, match[3].replace("%0A", "\n").replace("%25", "%")))
    return read


def test_annotations_stand_at_their_place_and_the_last_has_the_counts() -> None:
    read = commands(github.render(outcome(found())))
    assert read[0] == (
        "error",
        {"file": "export.jsonl", "line": "12", "col": "67", "title": "activity.time.no-offset"},
        "`time` has no offset\nIf the time is in UTC, append `Z`.\nOne of 1,237 findings of activity.time.no-offset.",
    )
    assert [(kind, about["title"]) for kind, about, _ in read] == [
        ("error", "activity.time.no-offset"),
        ("error", "follow.self"),
        ("error", "activity.time.no-offset"),
        ("warning", "activity.time.precision"),
        ("notice", "stream-import"),
    ]
    assert read[-1][2] == "1,238 errors, 1 warning, 0 notes. Shown here: 4 of 1,239 findings."


def test_annotations_are_as_many_as_a_step_shows_of_as_many_rules_as_can_be() -> None:
    gatherer = Gatherer(100)
    for severity in SEVERITIES:
        for number in range(8):
            push(gatherer, finding(f"{severity}.{number}", severity), times=9)
    read = commands(github.render(outcome(gatherer)))
    kinds = [kind for kind, _, _ in read]
    assert {kind: kinds.count(kind) for kind in kinds} == {"error": 10, "warning": 10, "notice": 10}
    assert len({about["title"] for _, about, _ in read if about["title"].startswith("error")}) == 8


def test_annotations_of_standard_input_have_no_file_and_those_of_a_part_say_so() -> None:
    gatherer = Gatherer(5)
    push(gatherer, finding(file="-"))
    unread = [Unread(path="b,c:d.jsonl", reason="gone 100%")]
    first, second, _ = commands(github.render(outcome(gatherer, file("-"), unread=unread)))
    assert first[0] == "error"
    assert first[2].startswith("ONLY PART OF THE INPUT WAS JUDGED")
    assert "b,c:d.jsonl: could not be read: gone 100%" in first[2]
    assert "file" not in second[1]
    assert second[2].startswith("Line 12: `time` has no offset")


def test_data_cannot_be_a_command() -> None:
    for kind, about, _ in commands(github.render(spoilt())):
        assert kind in ("error", "warning", "notice")
        assert set(about) <= {"file", "line", "col", "title"}


# --------------------------------------------------------------------------- junit


def test_junit_has_a_case_for_each_file_and_each_broken_rule() -> None:
    suites = JUnitXml.fromstring(junit.render(outcome(found())))
    assert (suites.tests, suites.failures, suites.errors) == (4, 2, 0)
    files, rules = list(suites)
    assert [(case.name, case.result) for case in files] == [("export.jsonl", [])]
    first, second, third = rules
    assert (first.name, first.classname) == ("activity.time.no-offset", "rules")
    (failure,) = first.result
    assert failure.message == "1,237 findings: `time` ends with `Z` or an offset."
    assert failure.text.startswith(
        "export.jsonl:12:67  `time` has no offset\n  add_activities · post:1 · /data/0/time\n"
    )
    assert failure.text.endswith("… and 1,235 more")
    assert second.name == "follow.self"
    assert (third.name, third.result) == ("activity.time.precision", []), "a warning lets the command go on"
    assert third.system_out.startswith("warning: Summary of activity.time.precision.\n")


def test_junit_has_an_error_for_what_was_not_judged() -> None:
    made = outcome(Gatherer(5), file("a"), file("b", complete=False), unread=[Unread(path="c", reason="gone")])
    suites = JUnitXml.fromstring(junit.render(made))
    assert (suites.tests, suites.failures, suites.errors) == (3, 0, 2)
    assert [[result.message for result in case.result] for case in next(iter(suites))] == [
        [],
        ["judged in part, see the findings."],
        ["could not be read: gone"],
    ]
    interrupted = JUnitXml.fromstring(junit.render(outcome(Gatherer(5), file("a", complete=False), interrupted=True)))
    assert interrupted.errors == 1
    assert JUnitXml.fromstring(junit.render(outcome())).errors == 0


def test_junit_is_xml_whatever_is_in_it() -> None:
    suites = JUnitXml.fromstring(junit.render(spoilt()))
    names = [case.name for suite in suites for case in suite]
    assert visible(hostile.STRINGS[0]) in names
    assert len(names) == 2 * len(hostile.STRINGS) + 3


# --------------------------------------------------------------------------- csv


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv_reader.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_table_has_a_row_for_each_finding() -> None:
    rows = csv.Rows()
    data = rows.finding(finding(related=(Related(message="first here", file="a", line=3),)))
    data += rows.finding(finding(line=None, column=None, record=None, hint=None)) + rows.end(outcome().report)
    assert data.startswith(b'\xef\xbb\xbf"severity","rule","file","line",')
    assert data.count(b"\r\n") == 3
    first, second = table(data)
    assert list(first) == list(csv.COLUMNS)
    assert first == {
        "severity": "error",
        "rule": "activity.time.no-offset",
        "file": "export.jsonl",
        "line": "12",
        "column": "67",
        "instruction": "add_activities",
        "path": "/data/0/time",
        "record": "post:1",
        "message": "`time` has no offset",
        "hint": "If the time is in UTC, append `Z`.",
        "value": '"2023-05-01T09:30:00"',
        "related": "a:3  first here",
        "suppressed": "",
        "baseline": "",
    }
    assert (second["line"], second["record"], second["hint"], second["related"]) == ("", "", "", "")


def test_the_table_of_nothing_has_its_columns_and_that_of_a_part_says_so() -> None:
    assert csv.Rows().end(outcome().report).decode("utf-8-sig").split(",")[0] == '"severity"'
    made = outcome(Gatherer(0), file(), unread=[Unread(path="b", reason="gone")])
    assert [(row["severity"], row["file"], row["message"]) for row in table(csv.Rows().end(made.report))] == [
        ("incomplete", "", "ONLY PART OF THE INPUT WAS JUDGED. There may be more to find."),
        ("incomplete", "b", "could not be read: gone"),
    ]


@pytest.mark.parametrize("bad", hostile.STRINGS)
def test_no_cell_is_a_formula(bad: str) -> None:
    rows = csv.Rows()
    (row,) = table(rows.finding(finding(record=bad, message=bad, file=bad, value=bad, instruction=bad, path=bad)))
    for cell in row.values():
        assert not re.match(r"""['"\s]*[=+\-@＝＋－＠]""", cell) or cell.startswith("'")
        assert not re.search(r""";['"\s]*[=+\-@]""", cell.replace(";'", "")), cell
        assert not re.search(r"[\t\r\n]", cell)


# --------------------------------------------------------------------------- markdown


def tokens(data: bytes) -> list[Any]:
    """What GitHub's flavour of Markdown makes of it, flat."""
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(data.decode())
    return [inner for token in parsed for inner in (token, *(token.children or ()))]


def test_the_comment_has_the_verdict_a_table_and_samples() -> None:
    made = markdown.render(outcome(found())).decode()
    assert made.startswith("### ✗ 1,238 errors would make the import fail.\n")
    assert (
        "| 🔴 error | `activity.time.no-offset` | 1,237 | `time` ends with `Z` or an offset. | `export.jsonl:12:67` |"
    ) in made.splitlines()
    assert "<code>activity.time.no-offset</code>: 1,237 findings, the first 2 of them</summary>" in made
    assert "hint: If the time is in UTC, append `Z`." in made
    assert "`user` 812" in made


def test_the_comment_of_a_clean_run_is_short() -> None:
    made = markdown.render(outcome()).decode()
    assert made.startswith("### ✓ Ready to upload.\n\nNo error and no warning in 412 lines, 1,514 entries.\n")
    assert "<details>" not in made


def test_nothing_of_the_data_is_markup_in_the_comment() -> None:
    seen = tokens(markdown.render(spoilt()))
    live = {"link_open", "image", "hr", "em_open", "s_open"}
    assert {token.type for token in seen} & live == set()
    for token in seen:
        if token.type in ("html_block", "html_inline"):
            own = r"</?(details|summary|code|sub)>|: [\d,]+ findings?(, the first \d+ of them)?"
            assert re.fullmatch(r"[\w.\s]*", re.sub(own, "", token.content)), token.content
        if token.type == "text":
            assert "pwned" not in token.content
            assert "@octocat" not in token.content
    assert len(markdown.render(spoilt()).decode()) < 65_536
    levels = [token.tag for token in seen if token.type == "heading_open"]
    assert levels == ["h3"]


@pytest.mark.parametrize("bad", hostile.STRINGS)
def test_any_text_is_one_code_span(bad: str) -> None:
    (_, inline, _) = MarkdownIt().parse(f"a {markdown.code(bad) or '`x`'} b")
    assert [token.type for token in inline.children or ()] == ["text", "code_inline", "text"]


# --------------------------------------------------------------------------- sarif


def test_sarif_has_rules_with_help_and_results_at_their_place() -> None:
    (run,) = json.loads(sarif.render(outcome(found())))["runs"]
    rules = run["tool"]["driver"]["rules"]
    first = rules[0]
    assert first["id"] == "activity.time.no-offset"
    assert first["defaultConfiguration"] == {"level": "error", "enabled": True}
    assert first["help"]["text"] == "Because it is.\n\nWrite `Z`."
    assert "“must be RFC3339” (written in the import document)" in first["help"]["markdown"]
    result = run["results"][0]
    assert (rules[result["ruleIndex"]]["id"], result["level"]) == ("activity.time.no-offset", "error")
    assert result["message"]["text"] == (
        "`time` has no offset. If the time is in UTC, append `Z`. "
        "This rule was broken 1,237 times; 2 of them are listed."
    )
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "export.jsonl"}
    assert (physical["region"]["startLine"], physical["region"]["startColumn"]) == (12, 67)
    assert '"2023-05-01T09:30:00"' in physical["region"]["snippet"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is True
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "4 of 1,239 findings are listed: 1,238 errors, 1 warning, 0 notes."


def test_sarif_says_what_was_not_judged() -> None:
    made = outcome(Gatherer(5), file(), unread=[Unread(path="b", reason="gone")], interrupted=True)
    (invocation,) = json.loads(sarif.render(made))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    said = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert said[1:] == ["The run was interrupted.", "b: could not be read: gone"]


def test_a_fingerprint_stays_when_a_finding_moves() -> None:
    here = sarif.fingerprint(finding())
    assert here == sarif.fingerprint(finding(line=900, column=1, file="other", hint="x"))
    for other in ({"record": "post:2"}, {"path": "/data/1/time"}, {"value": '"x"'}):
        assert here != sarif.fingerprint(finding(**other))
    assert len(sarif.fingerprint(finding(record="\ud800"))) == 32


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("export.jsonl", "export.jsonl"),
        ("a b/ü#?.jsonl", "a%20b/%C3%BC%23%3F.jsonl"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("/tmp/x", "file:///tmp/x"),
        ("-", "stdin"),
        ("caf\udce9", "caf%E9"),
    ],
)
def test_a_file_is_a_uri(path: str, uri: str) -> None:
    gatherer = Gatherer(1)
    push(gatherer, finding(file=path))
    (result,) = json.loads(sarif.render(outcome(gatherer)))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_message_of_sarif_has_no_link() -> None:
    gatherer = Gatherer(1)
    push(gatherer, finding(message="see [this](https://pwned.invalid)"))
    (result,) = json.loads(sarif.render(outcome(gatherer)))["runs"][0]["results"]
    assert "](" not in result["message"]["text"]


# --------------------------------------------------------------------------- html


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text by the element that it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "wbr", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        name = self._open[-1] if self._open else ""
        self.texts[name] = self.texts.get(name, "") + data


def test_the_policy_of_the_page_lets_its_own_script_and_style_through_and_nothing_else() -> None:
    page = Page(html.render(outcome(found())).decode())
    (policy,) = [a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    told = dict(part.split(" ", 1) for part in policy.split("; "))
    for name in ("script", "style"):
        body = page.texts[name]
        assert told[f"{name}-src"] == f"'sha256-{b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
    assert told["default-src"] == "'none'"
    assert "unsafe" not in policy
    assert not [a for _, a in page.elements if "style" in a or any(key.startswith("on") for key in a)]


def test_the_page_names_the_verdict_what_to_fix_and_every_rule() -> None:
    page = html.render(outcome(found())).decode()
    assert "1,238 errors would make the import fail." in page
    assert '<a href="#rule-activity.time.no-offset">' in page
    assert 'id="rule-activity.time.no-offset"' in page
    assert "… and 1,235 more." in page
    ids = [a["id"] for _, a in Page(page).elements if "id" in a]
    assert len(ids) == len(set(ids))


def test_the_page_of_a_clean_run_has_no_findings_and_that_of_a_part_is_loud() -> None:
    clean = html.render(outcome(Gatherer(5, places=Places()))).decode()
    assert "Ready to upload." in clean
    assert 'id="filter"' not in clean
    part = html.render(outcome(Gatherer(5), file(complete=False), unread=[Unread(path="b", reason="gone")])).decode()
    assert "ONLY PART OF THE INPUT WAS JUDGED" in part
    assert "b: could not be read: gone" in part


def test_a_run_over_thousands_of_files_fits_too() -> None:
    paths = [f"{number:04}/" + "\u202e" * 250 for number in range(3_000)]
    files = [file(path, complete=False) for path in paths]
    made = outcome(found(), *files, unread=[Unread(path=path, reason=path) for path in paths])
    assert len(html.render(made)) < 2_000_000
    assert len(markdown.render(made)) < 65_536
    assert len(github.render(made)) < 65_536
    assert "And 5,990 more were not judged, or only in part." in html.render(made).decode()


def test_text_and_attributes_are_escaped_by_whoever_makes_an_element() -> None:
    made = tag("a", "<b>", text("&"), join("'", tag("br")), None, href='"><script>', hidden=True, title=None, data_x=0)
    assert made == '<a href="&quot;&gt;&lt;script&gt;" hidden data-x="0">&lt;b&gt;&amp;&#x27;<br></a>'
    assert prose("`<a>` & b") == "<code>&lt;a&gt;</code> &amp; b"
    assert tag("p", "\x1b\u202e\ud800") == "<p>␛\\u{202e}\\u{d800}</p>"


@pytest.mark.parametrize("lines", [1, 2, 59, 60, 61, 265, 1_000_000])
def test_the_chart_puts_every_line_into_the_part_that_names_it(lines: int) -> None:
    for line in {1, min(2, lines), lines // 2 or 1, max(lines - 1, 1), lines}:
        _, told = along([(line, "error", 3)], lines)
        span = re.search(r"lines? ([\d,]+)(?: to ([\d,]+))?: 3 errors\.", told)
        assert span
        start, end = (int(n.replace(",", "")) for n in (span[1], span[2] or span[1]))
        assert start <= line <= end <= lines


def test_a_rule_that_the_rules_do_not_know_is_shown_all_the_same() -> None:
    gatherer = Gatherer(5, places=Places())
    push(gatherer, Finding(rule="x.y", severity="error", message="m"))
    assert rule("x.y", "error").id == "x.y"
    for name in RENDERED:
        assert b"x.y" in rendered(name, outcome(gatherer))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_quickly_into_the_table_is_what_care_would_have_written(seed: int) -> None:
    rng = random.Random(seed)
    quick = 0
    for _ in range(3_000):
        value = "".join(rng.choices("ab7 =+-@;'\"\t\x1b\u202eé＝,:~!", k=rng.randrange(6)))
        if csv._PLAIN(value):
            quick += 1
            assert csv._FORMULA.match(value) is None, value
            assert visible(value) == value
            assert not {'"', ";"} & set(value)
    assert quick > 100
    assert csv._PLAIN("=1") is None
    assert csv._PLAIN(" ' -1") is None
    assert csv._PLAIN("x" * (csv.LONGEST + 1)) is None
