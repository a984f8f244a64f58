"""What every report says in the same words: numbers, sizes, and the verdict in one sentence.

Used by the formats for people; it knows the Report and nothing of how it is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from ..findings import Finding
from ..model import SEVERITIES, MaxFileBytes, RuleSet, Severity
from .aside import PolicyReport
from .collect import FileReport, Report, Summary, Totals

#: The verdict names this many rules to begin with.
FIRST_RULES = 5

STANDARD_INPUT = "-"

NOUNS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}

#: What only the dashboard tells, of the feed groups of a file.
UNDECIDED = (
    "each feed group of the file is configured there",
    "each feed that is followed is of a flat group",
)


def number(count: int) -> str:
    """``1,234``."""
    return f"{count:,}"


def plural(count: int, noun: str) -> str:
    """``1 error``, ``1,234 errors``; ``noun`` is an English singular that takes s or ies."""
    if count == 1:
        return f"1 {noun}"
    return f"{number(count)} {plural_of(noun)}"


def plural_of(noun: str) -> str:
    """``errors``, ``entries``, ``activities``."""
    return f"{noun[:-1]}ies" if noun.endswith(("ry", "ty")) else f"{noun}s"


def noun_of(instruction: str, ruleset: RuleSet) -> str:
    """What an entry of an instruction is called: ``activity``."""
    return next((i.entity for i in ruleset.instructions if i.name == instruction), instruction)


def size(count: int) -> str:
    """A size in decimal units: ``812 bytes``, ``1.2 MB``, ``300 MB``."""
    if count < 1000:
        return plural(count, "byte")
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    digits = f"{value:.1f}" if value < 100 else f"{value:.0f}"
    return f"{digits.removesuffix('.0')} {unit}"


def limit_of(ruleset: RuleSet) -> int | None:
    """The size of a file, in bytes, from which on a rule is broken."""
    return min((check.limit for check in ruleset.framing if isinstance(check, MaxFileBytes)), default=None)


def size_of(file: FileReport, ruleset: RuleSet) -> str:
    """``1.2 MB, 0.4 % of the limit of 300 MB``."""
    limit = limit_of(ruleset)
    if limit is None:
        return size(file.bytes)
    share = 100 * file.bytes / limit
    words = "over" if file.bytes > limit else f"{share:.1f} % of" if share >= 0.1 else "under 0.1 % of"
    return f"{size(file.bytes)}, {words} the limit of {size(limit)}"


def time_label(ruleset: RuleSet) -> str:
    """What the span of times is the span of: ``Activity time``."""
    instruction, member = ruleset.time_span
    return f"{noun_of(instruction, ruleset)} {member}".capitalize()


def totals_of(totals: Totals) -> list[tuple[Severity, str]]:
    """``1,238 errors`` and so on with their severities, those that are."""
    counts = [(severity, getattr(totals, severity)) for severity in SEVERITIES]
    return [(severity, plural(count, NOUNS[severity])) for severity, count in counts if count]


def in_short(summary: Summary) -> str:
    """``3 errors, 0 warnings, 1 note``, with a loud word if that is not of everything."""
    figures = ", ".join(plural(getattr(summary.totals, severity), NOUNS[severity]) for severity in SEVERITIES)
    aside = aside_of(summary.policy)
    figures = f"{figures}; not counted: {aside}" if aside else figures
    return figures if summary.complete else f"{figures}; ONLY PART OF THE INPUT WAS JUDGED"


class Sentence(NamedTuple):
    """The verdict: its first sentence, and what follows it (may be empty)."""

    head: str
    rest: str


def sentence_of(report: Summary) -> Sentence:
    """The verdict in a sentence or two, and what it does not speak of."""
    head, rest = _verdict(report)
    if told := aside_of(report.policy):
        still = " The import judges them all the same." if report.verdict in ("ok", "warnings") else ""
        rest = f"{rest} Not counted: {told}.{still}".lstrip()
    if report.policy.failed and report.verdict in ("ok", "warnings"):
        rest = f"{rest} The run fails all the same: {_failing(report)}.".lstrip()
    if report.relations == "left out":
        rest = f"{rest} References and duplicates were not looked at (`--no-relations`).".lstrip()
    return Sentence(head, rest)


def _verdict(report: Summary) -> Sentence:
    totals = report.totals
    match report.verdict:
        case "errors":
            return Sentence(f"✗ {plural(totals.error, 'error')} would make the import fail.", "")
        case "incomplete":
            return Sentence("No error in the part that was judged; that is no verdict on the whole.", "")
        case "warnings":
            what = "the warning" if totals.warning == 1 else f"the {plural(totals.warning, 'warning')}"
            rest = "what is warned of is likely refused, changed or lost."
            if report.policy.set_aside:
                return Sentence(f"✓ No error that counts; read {what}:", rest)
            return Sentence(f"✓ Ready to upload, once you have read {what}:", rest)
        case "ok" if report.policy.set_aside:
            return Sentence("✓ No error and no warning that counts.", "")
        case "ok":
            lines = sum(file.lines for file in report.files)
            entries = sum(sum(file.entries.values()) for file in report.files)
            clean = f"No error and no warning in {plural(lines, 'line')}, {plural(entries, 'entry')}."
            return Sentence("✓ Ready to upload.", clean)


def aside_of(policy: PolicyReport) -> str:
    """``12 suppressed, 100 known by the baseline``; empty if everything counts."""
    counts = ((sum(policy.suppressed.values()), "suppressed"), (sum(policy.known.values()), "known by the baseline"))
    return ", ".join(f"{number(count)} {words}" for count, words in counts if count)


def _failing(report: Summary) -> str:
    """Why a run fails without an error."""
    policy = report.policy
    severity: Severity = "warning" if report.totals.warning and policy.fail_on != "error" else "info"
    if getattr(report.totals, severity) and policy.fail_on in (severity, "info"):
        option = "--strict" if policy.strict else f"--fail-on {policy.fail_on}"
        return f"{NOUNS[severity]}s fail it too (`{option}`)"
    return "it is strict, and part of its policy is not needed any more (`--strict`)"


def gaps(report: Summary) -> Iterator[tuple[str | None, str]]:
    """What was not judged: the path, ``None`` if it is of the run, and what became of it."""
    if report.interrupted:
        yield None, "The run was interrupted."
    if report.relations == "broken off":
        yield None, "The relations between entries could not be checked to their end."
    for file in report.files:
        if not file.complete and not (report.interrupted and file is report.files[-1]):
            yield file.path, f"{file.changed}." if file.changed else "judged in part, see the findings."
    for unread in report.unread:
        yield unread.path, f"could not be read: {unread.reason}"


def first_gaps(report: Summary, most: int = 10) -> Iterator[tuple[str | None, str]]:
    """The gaps, or where they are many the first of them and how many more there are."""
    count = sum(1 for _ in gaps(report))
    yield from islice(gaps(report), most)
    if count > most:
        yield None, f"And {number(count - most)} more were not judged, or only in part."


def partial_of(report: Summary) -> str:
    """What is said first if not everything was judged."""
    one = len(report.files) + len(report.unread) == 1
    return f"ONLY PART OF {'THE FILE' if one else 'THE INPUT'} WAS JUDGED. There may be more to find."


def undecided_of(report: Summary) -> dict[str, int]:
    """The feed groups of which only the dashboard tells whether they are as they should be, with their uses:
    all of them, or those whose type the configuration of the app leaves to be confirmed."""
    groups = groups_of(report)
    if report.app is not None and report.app.feed_groups:
        return {name: uses for name, uses in groups.items() if name in report.app.unconfirmed}
    return groups


def entries_of(report: Summary) -> dict[str, int]:
    """The entries of all files by instruction."""
    entries: dict[str, int] = {}
    for file in report.files:
        for name, count in file.entries.items():
            entries[name] = entries.get(name, 0) + count
    return entries


def groups_of(report: Summary) -> dict[str, int]:
    """The uses of the feed groups of all files, the most used first."""
    groups: dict[str, int] = {}
    for file in report.files:
        for name, uses in file.feed_groups.items():
            groups[name] = groups.get(name, 0) + uses
    return dict(sorted(groups.items(), key=lambda item: (-item[1], item[0])))


def first_to_fix(report: Report) -> list[str]:
    """The rules of the errors, the most frequent first; without errors, those of the warnings."""
    severity = "error" if report.totals.error else "warning"
    return [rule for rule in report.counts if report.severities[rule] == severity]


def name_of(path: str) -> str:
    """A file's name as people read it; not yet harmless."""
    return "standard input" if path == STANDARD_INPUT else path


def place_of(finding: Finding) -> str:
    """``export.jsonl:12:67``; not yet harmless."""
    file = None if finding.file is None else name_of(finding.file)
    return ":".join(str(part) for part in (file, finding.line, finding.column) if part is not None)
