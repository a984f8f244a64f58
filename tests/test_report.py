"""The report: exact counts, bounded samples, text that people read, and data that stays harmless."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from stream_import_rules import model
from stream_import_rules.findings import Excerpt, Finding, Related, excerpt_of
from stream_import_rules.model import SEVERITIES, Rule, RuleSet, Severity, Source
from stream_import_rules.report import json as as_json
from stream_import_rules.report.collect import (
    Collector,
    FileReport,
    Report,
    Totals,
    Unread,
    file_report,
    report_of,
    summary_of,
)
from stream_import_rules.report.excerpt import set_excerpt
from stream_import_rules.report.gather import Gatherer
from stream_import_rules.report.page import Page
from stream_import_rules.report.rulebook import render_list, render_rule
from stream_import_rules.report.safe import escape_json, pieces, visible
from stream_import_rules.report.text import render
from stream_import_rules.report.words import plural, size
from stream_import_rules.validate import FileSummary

NONE = Totals(error=0, warning=0, info=0)

#: What no output for a terminal may hold: controls except the line feed, bidi, zero-width, private use.
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def rule(rule_id: str, severity: Severity, **about: Any) -> Rule:
    texts = {"summary": f"Summary of {rule_id}.", "why": "Because it is.", "fix": "Write `Z`."}
    parts: dict[str, Any] = {
        "kind": "time-offset",
        "since": "1.0.0",
        "sources": (Source(document="import", mark="I", quote="must be RFC3339"), Source(document="ours", mark="G")),
        "good": (model.Example(line={"instruction": "follow", "data": ["user:tim"]}),),
        "bad": (model.Example(line={"instruction": "follow", "data": ["user:bob"]}, path="/data/0"),),
        "defined_in": "x.yaml:1",
        "entity": "activity",
        "place": "/data/*/time",
    }
    return Rule(id=rule_id, severity=severity, **{**texts, **parts, **about})


def small_ruleset() -> RuleSet:
    return RuleSet(
        name="feeds-v2",
        version="1.0.0",
        title="",
        summary="",
        url="",
        discriminator="instruction",
        payload="data",
        envelope=model.RecordValue(type_rule="", entity="envelope", fields=()),
        instructions=(
            model.Instruction(
                name="add_activities",
                title="",
                doc="",
                entity="activity",
                entry_doc="",
                line=model.RecordValue(type_rule="", entity="envelope", fields=()),
                base={},
                full={},
            ),
        ),
        framing=(
            model.MaxFileBytes(rule="file.max-bytes-decimal", limit=300_000_000),
            model.MaxFileBytes(rule="file.max-bytes", limit=314_572_800),
        ),
        rules=(
            rule("activity.time.no-offset", "error", summary="`time` ends with `Z` or an offset."),
            rule("activity.time.precision", "warning"),
            rule("follow.self", "error", summary="A feed does not follow itself."),
            rule("reaction.note", "info", enabled=False),
        ),
        documents={"import": "Importing Data", "ours": "a judgement of this project"},
        type_docs={},
        time_span=("add_activities", "time"),
    )


LINE = '{"instruction":"add_activities","data":[{"object":"post:1","time":"2023-05-01T09:30:00","verb":"post"}]}'


def finding(rule_id: str = "activity.time.no-offset", severity: Severity = "error", **about: Any) -> Finding:
    parts: dict[str, Any] = {
        "file": "export.jsonl",
        "line": 12,
        "column": LINE.index('"2023') + 1,
        "instruction": "add_activities",
        "path": "/data/0/time",
        "record": "post:1",
        "message": "`time` has no offset",
        "hint": "If the time is in UTC, append `Z`.",
        "value": '"2023-05-01T09:30:00"',
    }
    return Finding(rule=rule_id, severity=severity, **{**parts, **about})


def excerpt() -> Excerpt:
    start = LINE.index('"2023')
    return excerpt_of(LINE, start, start + 21)


def push(collector: Collector, found: Finding, piece: Excerpt | None = None, times: int = 1) -> None:
    for _ in range(times):
        if collector.places is not None and found.file is not None and found.line is not None:
            collector.places.see(found.rule, found.file, found.line, 1)
        if collector.count(found.rule, found.severity):
            collector.add(found, piece)


def file(path: str = "export.jsonl", totals: Totals = NONE, **about: Any) -> FileReport:
    parts: dict[str, Any] = {
        "bytes": 1_234_567,
        "lines": 412,
        "entries": {"add_activities": 1204, "follow": 310, "users": 0},
        "feed_groups": {"user": 812, "timeline": 310},
        "time_from": "2019-03-01T08:00:00Z",
        "time_to": "2023-05-01T09:30:00Z",
        "complete": True,
    }
    return FileReport(path=path, findings=totals, **{**parts, **about})


def report(collector: Collector, *files: FileReport, **about: Any) -> Report:
    made = files or (file(totals=collector.totals),)
    summary = summary_of(collector, made, small_ruleset(), version="1.2.3", fingerprint="abc", **about)
    return report_of(summary, collector.samples)


def text_of(collector: Collector, *files: FileReport, page: Page | None = None, **about: Any) -> str:
    return render(report(collector, *files, **about), collector.samples, small_ruleset(), page or Page(100))


def broken() -> Collector:
    collector = Collector(max_samples=2)
    push(collector, finding("activity.time.precision", "warning", message="`time` has 9 digits", hint=None))
    itself = finding("follow.self", line=90, path="/data/0", message="the feed follows itself", hint="Remove it.")
    push(collector, itself)
    push(collector, finding(), excerpt(), times=1237)
    return collector


# --------------------------------------------------------------------------- counting


def test_counts_are_exact_and_samples_are_bounded() -> None:
    collector = broken()
    assert collector.counts == {"activity.time.no-offset": 1237, "follow.self": 1, "activity.time.precision": 1}
    assert [s.finding.rule for s in collector.samples].count("activity.time.no-offset") == 2
    assert collector.totals == Totals(error=1238, warning=1, info=0)


def test_counts_put_the_gravest_then_the_most_frequent_then_the_name_first() -> None:
    collector = Collector(0)
    runs: list[tuple[str, Severity, int]] = [("b", "info", 9), ("z", "error", 1), ("a", "error", 1), ("m", "error", 5)]
    for rule_id, severity, times in runs:
        push(collector, finding(rule_id, severity), times=times)
    assert list(collector.counts) == ["m", "a", "z", "b"]
    assert list(collector.severities.items()) == [("m", "error"), ("a", "error"), ("z", "error"), ("b", "info")]


def test_the_report_says_how_many_findings_are_not_shown() -> None:
    made = report(broken())
    assert (made.shown, made.total, len(made.findings)) == (4, 1239, 4)


@pytest.mark.parametrize(
    ("severity", "complete", "verdict", "ok"),
    [
        (None, True, "ok", True),
        ("info", True, "ok", True),
        ("warning", True, "warnings", True),
        ("error", True, "errors", False),
        (None, False, "incomplete", False),
        ("warning", False, "incomplete", False),
        ("error", False, "errors", False),
    ],
)
def test_the_verdict_never_calls_ok_what_was_not_judged(
    severity: Severity | None, complete: bool, verdict: str, ok: bool
) -> None:
    collector = Collector(1)
    if severity:
        push(collector, finding(severity=severity))
    made = report(collector, file(complete=complete))
    assert (made.verdict, made.ok, made.complete) == (verdict, ok, complete)


@pytest.mark.parametrize("about", [{"interrupted": True}, {"unread": [Unread(path="b", reason="gone")]}])
def test_a_run_that_missed_something_is_incomplete(about: dict[str, Any]) -> None:
    assert report(Collector(1), **about).verdict == "incomplete"


def test_a_files_part_counts_only_its_own_findings_and_sorts_its_groups() -> None:
    summary = FileSummary(path="b", bytes=1, lines=1, entries={}, feed_groups={"a": 1, "c": 2, "b": 2})
    before, after = Totals(error=1, warning=2, info=3), Totals(error=11, warning=2, info=4)
    made = file_report(summary, before, after)
    assert made.findings == Totals(error=10, warning=0, info=1)
    assert list(made.feed_groups) == ["b", "c", "a"]


# --------------------------------------------------------------------------- for machines


def test_the_report_is_json_that_reads_back_as_the_same_report() -> None:
    made = report(broken())
    assert msgspec.json.decode(as_json.indented(made), type=Report) == made


def test_the_json_report_has_the_members_of_the_contract() -> None:
    data = json.loads(as_json.indented(report(broken())))
    assert list(data) == [
        *("tool", "rules", "complete", "verdict", "files", "total", "totals"),
        *("counts", "severities", "policy", "shown", "findings"),
    ]
    assert data["tool"] == {"name": "stream-import-rules", "version": "1.2.3"}
    assert data["rules"] == {"name": "feeds-v2", "version": "1.0.0", "fingerprint": "abc"}
    assert data["files"][0]["entries"] == {"add_activities": 1204, "follow": 310, "users": 0}


def test_jsonl_streams_every_finding_and_ends_with_the_summary() -> None:
    lines: list[bytes] = []
    sink = Gatherer(0, streams=[lambda found: lines.append(as_json.finding_line(found))])
    push(sink, finding(), excerpt(), times=3)
    assert len(lines) == 3, "each finding is written when it is found"
    lines.append(as_json.summary_line(summary_of(sink, [file()], small_ruleset(), version="1", fingerprint="f")))
    kinds = [json.loads(line)["type"] for line in lines]
    assert kinds == ["finding", "finding", "finding", "summary"]
    assert json.loads(lines[-1])["counts"] == {"activity.time.no-offset": 3}
    assert all(line.endswith(b"}\n") and line.count(b"\n") == 1 for line in lines)


def test_json_holds_no_raw_control_or_bidi_character_and_loses_none() -> None:
    hostile = "\x00\x1b[31m\x7f\x9b\u202e\u2066\u200b\ue000\U000e0041 é字"
    line = as_json.finding_line(finding(record=hostile))
    assert all(unicodedata.category(c) not in FORBIDDEN for c in line.decode().removesuffix("\n"))
    assert json.loads(line)["record"] == hostile


def test_json_is_utf8_even_if_a_file_name_is_not() -> None:
    line = as_json.finding_line(finding(file="caf\udce9.jsonl", related=(Related(message="\ud800"),)))
    assert json.loads(line)["file"] == "caf\ufffd.jsonl"


def test_escaping_leaves_plain_json_alone() -> None:
    data = '{"a": "é字😀",\n "b": 1}'.encode()
    assert escape_json(data) == data


# --------------------------------------------------------------------------- for people


def test_the_text_of_a_small_report() -> None:
    assert text_of(broken()) == (
        """\
export.jsonl
  Size           1.2 MB, 0.4 % of the limit of 300 MB
  Lines          412
  Entries        1,514: add_activities 1,204, follow 310
  Feed groups    2: user 812, timeline 310
  Activity time  2019-03-01T08:00:00Z to 2023-05-01T09:30:00Z
  Findings       1,238 errors, 1 warning

── error activity.time.no-offset · 1,237 findings ──────────────────────────────────────────────────
`time` ends with `Z` or an offset.

  export.jsonl:12:67  `time` has no offset
    add_activities · post:1 · /data/0/time
    12 │ …ties","data":[{"object":"post:1","time":"2023-05-01T09:30:00","verb":"post"}]}
       │                                          ^^^^^^^^^^^^^^^^^^^^^

  export.jsonl:12:67  `time` has no offset
    add_activities · post:1 · /data/0/time
    12 │ …ties","data":[{"object":"post:1","time":"2023-05-01T09:30:00","verb":"post"}]}
       │                                          ^^^^^^^^^^^^^^^^^^^^^

  … and 1,235 more
  hint  If the time is in UTC, append `Z`.

── error follow.self · 1 finding ───────────────────────────────────────────────────────────────────
A feed does not follow itself.

  export.jsonl:90:67  the feed follows itself
    add_activities · post:1 · /data/0
    found "2023-05-01T09:30:00"

  hint  Remove it.

── warning activity.time.precision · 1 finding ─────────────────────────────────────────────────────
Summary of activity.time.precision.

  export.jsonl:12:67  `time` has 9 digits
    add_activities · post:1 · /data/0/time
    found "2023-05-01T09:30:00"

── not decided here ────────────────────────────────────────────────────────────────────────────────
Only your app's configuration in the dashboard tells whether
  - each feed group of the file is configured there (2: user 812, timeline 310),
  - each feed that is followed is of a flat group.
Write it down for this program: `stream-import app init FILE` makes a first draft.

── verdict ─────────────────────────────────────────────────────────────────────────────────────────
✗ 1,238 errors would make the import fail. Fix first:
  1,237  activity.time.no-offset  `time` ends with `Z` or an offset.
      1  follow.self              A feed does not follow itself.
Shown: 4 of 1,239 findings; the counts are exact. More: `--max-samples N`; all: `--format jsonl`.
What a rule asks for, and why: `stream-import explain activity.time.no-offset`
"""
    )


def test_the_text_of_a_clean_file_says_that_it_is_ready() -> None:
    assert text_of(Collector(5), file(feed_groups={}, time_from=None)) == (
        """\
export.jsonl
  Size      1.2 MB, 0.4 % of the limit of 300 MB
  Lines     412
  Entries   1,514: add_activities 1,204, follow 310
  Findings  none

── verdict ─────────────────────────────────────────────────────────────────────────────────────────
✓ Ready to upload. No error and no warning in 412 lines, 1,514 entries.
"""
    )


def test_warnings_alone_are_ready_once_read() -> None:
    collector = Collector(5)
    push(collector, finding(severity="warning"))
    assert "Ready to upload, once you have read the warning:" in text_of(collector)


def test_a_partial_run_is_loud_and_says_why() -> None:
    made = text_of(
        Collector(5),
        file("a.jsonl"),
        file("b.jsonl", complete=False),
        unread=[Unread(path="c.jsonl", reason="Permission denied")],
    )
    assert "Judged         ONLY IN PART" in made
    assert "ONLY PART OF THE INPUT WAS JUDGED" in made
    assert "b.jsonl: judged in part" in made
    assert "c.jsonl: could not be read: Permission denied" in made
    assert "Ready" not in made


def test_an_interrupted_run_says_so() -> None:
    made = text_of(Collector(5), file(complete=False), interrupted=True)
    assert "ONLY PART OF THE FILE WAS JUDGED" in made
    assert "The run was interrupted." in made


def test_different_hints_stand_with_their_findings() -> None:
    collector = Collector(5)
    push(collector, finding(hint="Append one Z."))
    push(collector, finding(hint="Append two Zs."))
    lines = text_of(collector).splitlines()
    assert "    hint  Append one Z." in lines
    assert "    hint  Append two Zs." in lines


def test_the_hint_of_one_sample_of_many_stands_with_it() -> None:
    collector = Collector(1)
    push(collector, finding(hint="Append Z."), times=3)
    made = text_of(collector)
    assert made.index("    hint  Append Z.") < made.index("… and 2 more")


def test_the_other_place_of_a_finding_is_shown() -> None:
    collector = Collector(5)
    push(collector, finding(related=(Related(message="first used here", file="a.jsonl", line=3),)))
    assert "    a.jsonl:3  first used here" in text_of(collector)


def test_many_files_become_one_table() -> None:
    files = [file(f"part-{i}.jsonl", Totals(error=i, warning=0, info=0)) for i in range(4)]
    made = text_of(Collector(0), *files, file("last.jsonl", complete=False))
    assert "part-3.jsonl  1.2 MB    412    1,514  3 errors" in made
    assert "last.jsonl    1.2 MB    412    1,514  JUDGED ONLY IN PART, none" in made


def test_many_feed_groups_are_cut_aloud() -> None:
    made = text_of(Collector(0), file(feed_groups={f"g{i:02}": 100 - i for i in range(25)}))
    assert "Feed groups    25: g00 100, g01 99" in made
    assert "and 15 more" in made


@pytest.mark.parametrize("width", [10, 40, 60, 80, 100, 120, 300])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    made = text_of(broken(), page=Page(width))
    assert max(cell_len(line) for line in made.splitlines()) <= min(max(width, 40), 120)


def test_without_colour_there_is_no_escape_and_with_it_the_same_text() -> None:
    plain, coloured = text_of(broken()), text_of(broken(), page=Page(100, color=True))
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_stream_without_box_characters_gets_ascii(encoding: str) -> None:
    made = text_of(broken(), page=Page(100, encoding=encoding))
    assert made.encode(encoding)
    assert "-- error activity.time.no-offset - 1,237 findings ---" in made
    assert "... and 1,235 more" in made
    assert "X 1,238 errors" in made
    assert "\\u{" not in made


@pytest.mark.parametrize(("count", "words"), [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 kB")])
def test_small_sizes(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(
    ("count", "words"), [(104_231, "104 kB"), (999_700, "1 MB"), (300_000_000, "300 MB"), (5_250_000_000, "5.2 GB")]
)
def test_sizes_are_decimal(count: int, words: str) -> None:
    assert size(count) == words


def test_plurals() -> None:
    assert [plural(n, "entry") for n in (1, 2)] == ["1 entry", "2 entries"]


def test_a_file_over_the_limit_says_so() -> None:
    made = text_of(Collector(0), file(bytes=310_000_000))
    assert "310 MB, over the limit of 300 MB" in made


# --------------------------------------------------------------------------- excerpts


def caret_under(text: str, start: int, length: int, room: int = 90, **cut: bool) -> tuple[str, str]:
    """The two lines of an excerpt, and the carets as they would stand under the first."""
    piece = set_excerpt(Excerpt(text, start, length, **cut), room, Page(100))
    return piece.before + piece.spot + piece.after, " " * piece.offset + "^" * piece.width


def test_carets_stand_under_the_spot() -> None:
    assert caret_under('{"a": 1}', 6, 1) == ('{"a": 1}', "      ^")


def test_wide_characters_take_two_cells() -> None:
    assert caret_under("字字x字", 2, 2) == ("字字x字", "    ^^^")


def test_combining_marks_take_none() -> None:
    assert caret_under("e\u0301e\u0301X", 4, 1) == ("e\u0301e\u0301X", "  ^")


def test_a_spot_that_starts_at_a_mark_takes_its_letter_too() -> None:
    assert caret_under("abe\u0301", 3, 1) == ("abe\u0301", "  ^")


def test_tabs_and_controls_are_pictures_and_invisibles_escapes() -> None:
    assert caret_under("\t\x1b[0m\u200bX", 6, 1) == ("␉␛[0m\\u{200b}X", "             ^")


def test_a_spot_at_the_end_of_the_line_has_one_caret() -> None:
    assert caret_under("[1,", 3, 1) == ("[1,", "   ^")


@pytest.mark.parametrize("room", [20, 33, 50])
@pytest.mark.parametrize("spot", [1, 30, 200])
@pytest.mark.parametrize("letter", ["a", "字", "\x1b", "\u202e"])
def test_long_excerpts_are_cut_around_the_spot(room: int, spot: int, letter: str) -> None:
    text = letter * 300
    line, carets = caret_under(text, 100, spot, room, cut_left=True, cut_right=True)
    assert cell_len(line) <= room
    assert len(carets) <= room
    assert line.startswith("…")
    assert line.endswith("…")


def test_the_excerpt_of_a_megabyte_line_is_small() -> None:
    line = "x" * 1_000_000 + "Y" + "x" * 1_000_000
    shown, carets = caret_under(
        *(lambda e: (e.text, e.start, e.length))(excerpt_of(line, 1_000_000, 1_000_001)), cut_left=True, cut_right=True
    )
    assert shown[len(carets) - 1] == "Y"
    assert len(shown) <= 90


# --------------------------------------------------------------------------- hostile data

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31m",
    "\r\x1b[2Kgone",
    "\x08\x08\x08back",
    "two\nlines\r\nthree\x0b\x0c\x85\u2028\u2029",
    "admin\u202e\u2066 // check\u2069 \u2066",
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f",
    "zero\u200b\u200c\u200d\u2060\ufeffwidth",
    "tag\U000e0041\U000e007f",
    "filler\u115f\u1160\u3164\uffa0\u2800\u034f",
    "selector\ufe0f\ufe00\U000e0100",
    "blank\u00a0\u2003\u3000",
    "half\ud800 pair\udfff",
    "private\ue000\U000f0000 unassigned\u0378 non\ufffe\U0010ffff",
    "Z" + "\u0300" * 60,
    "\u0301starts with a mark",
    "[bold red]markup[/bold red] [link=http://evil.example]x[/link] [/]",
    ":smile: :warning:",
    "\x00",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_visible_text_is_harmless_and_printable(text: str, encoding: str) -> None:
    shown = visible(text, encoding)
    assert all(unicodedata.category(c) not in FORBIDDEN for c in shown)
    assert shown.encode(encoding)
    assert "".join(pieces(text, encoding)) == shown


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("color", [False, True])
def test_hostile_data_never_reaches_the_terminal(text: str, color: bool) -> None:
    collector = Collector(5)
    found = finding(
        file=text,
        record=text,
        path=f"/data/0/{text}",
        message=f"`{text}` is wrong",
        hint=f"There is `{text}`",
        value=text,
        instruction=text,
        related=(Related(message=text, file=text, line=1),),
    )
    push(collector, found, Excerpt(text, 0, len(text)))
    push(collector, found)
    hostile_file = file(text, entries={text: 1}, feed_groups={text: 2}, complete=False)
    unread = [Unread(path=text, reason=text)]
    made = text_of(collector, hostile_file, page=Page(100, color=color), unread=unread)
    plain = text_of(collector, hostile_file, page=Page(100), unread=unread)
    assert all(unicodedata.category(c) not in FORBIDDEN for c in plain.replace("\n", ""))

    assert re.sub(r"\x1b\[[0-9;]*m", "", made) == plain, "data adds no escape of its own, and no markup"


def test_markup_in_data_is_shown_as_it_is() -> None:
    collector = Collector(5)
    push(collector, finding(record="[bold]x[/bold] :smile:"))
    assert "[bold]x[/bold] :smile:" in text_of(collector)


def test_letters_of_all_scripts_stay_as_they_are() -> None:
    for text in ("José", "東京", "😀", "กำ", "שלום", "नमस्ते", "Z\u0351\u0300"):
        assert visible(text) == text


def test_visible_is_its_own_fixed_point() -> None:
    for text in HOSTILE:
        assert visible(visible(text)) == visible(text)


# --------------------------------------------------------------------------- the rules


def test_a_rule_is_explained_under_fixed_headings() -> None:
    ruleset = small_ruleset()
    assert render_rule(ruleset.rules[0], ruleset, Page(100)) == (
        """\
── activity.time.no-offset ─────────────────────────────────────────────────────────────────────────
`time` ends with `Z` or an offset.

severity  error: the import refuses it
where     activity, /data/*/time (a time-offset check, since 1.0.0)
why       Because it is.
fix       Write `Z`.
how sure  Written in the import document.

Bad  at /data/0
  {"instruction": "follow", "data": ["user:bob"]}

Good
  {"instruction": "follow", "data": ["user:tim"]}

Sources
  Importing Data: “must be RFC3339” · written in the import document
  a judgement of this project
"""
    )


def test_abbreviated_and_raw_examples_say_what_they_stand_for() -> None:
    made = rule(
        "x.y",
        "warning",
        enabled=False,
        bad=(model.Example(line={"data": [1]}, path="/data", repeat={"/data": 3601}, lengthen={"/data/0": 300}),),
        good=(model.Example(raw="\x1b\n" * 20, encoding="latin-1", at_line=3, note="Odd."),),
    )
    shown = render_rule(made, small_ruleset(), Page(100))
    assert "Bad  at /data; the first item of /data stands for 3,601 items; /data/0 is lengthened to 300" in shown
    assert "in line 3; written as latin-1; Odd\n" in shown
    assert "\n  ␛\n" in shown
    assert "… and 8 more lines" in shown
    assert "--select x.y" in shown


def test_the_list_of_rules_is_one_line_each_if_it_is_not_wrapped() -> None:
    lines = render_list(small_ruleset().rules, Page(60), wrap=False).splitlines()
    assert lines[0].split() == ["Rule", "Severity", "Place", "Summary"]
    assert len(lines) == 5
    assert lines[4].endswith("Summary of reaction.note. (off by default)")
    assert "4 rules" in render_list(small_ruleset().rules, Page(60))


def test_the_findings_of_many_rules_are_counted_in_a_table_before_the_verdict() -> None:
    few, many = Collector(1), Collector(1)
    for number in range(35):
        severity = SEVERITIES[number % 2]
        push(many, finding(f"a.r{number:02}", severity), times=100 - number)
        if number < 5:
            push(few, finding(f"a.r{number:02}", severity))
    assert "── counts ──" not in text_of(few)
    told = text_of(many)
    table = told[told.index("── counts ──") : told.index("── verdict ──")]
    rows = [line.split() for line in table.splitlines() if " a.r" in line]
    assert rows[:2] == [["100", "error", "a.r00"], ["98", "error", "a.r02"]]
    assert len(rows) == 30
    assert [row[1] for row in rows] == ["error"] * 18 + ["warning"] * 12
    assert "… and 5 more rules; all of them: `--statistics`" in table
