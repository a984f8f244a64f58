"""The generated Python package: typed models that people import, and what guards it."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from generators.python_types import field_name
from stream_import_rules import artefact, model
from stream_import_rules.artefact import ArtefactError
from stream_import_rules.generated import feeds_v2
from stream_import_rules.generated.feeds_v2 import models
from stream_import_rules.model import Instruction

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "stream_import_rules/generated/feeds_v2"
RULESET, FINGERPRINT = artefact.load()
INSTRUCTIONS = {instruction.name: instruction for instruction in RULESET.instructions}
#: Members that the models of open records don't have; they are left out when a line is decoded.
EXTRA = {"add_activities": {"text", "popularity", "location"}, "users": {"name"}}

each_instruction = pytest.mark.parametrize("instruction", INSTRUCTIONS.values(), ids=INSTRUCTIONS)
each_whole_line = pytest.mark.parametrize("which", ["base", "full"])


def entry_record(instruction: Instruction) -> model.RecordValue | None:
    payload = next(field.value for field in instruction.line.fields if field.name == RULESET.payload)
    assert isinstance(payload, model.ListValue)
    return payload.items if isinstance(payload.items, model.RecordValue) else None


def decode(line: Any) -> Any:
    return feeds_v2.decode_line(json.dumps(line))


def modelled(instruction: Instruction, line: Any) -> Any:
    """A line without the members of open records that no model has."""
    line = json.loads(json.dumps(line))
    for entry in line["data"]:
        for name in EXTRA.get(instruction.name, ()):
            entry.pop(name, None)
    return line


# --------------------------------------------------------------------------- the models


@each_instruction
@each_whole_line
def test_a_whole_line_is_the_same_after_decoding_and_encoding(instruction: Instruction, which: str) -> None:
    line = getattr(instruction, which)
    decoded = decode(line)
    assert type(decoded).__name__ == "".join(part.capitalize() for part in instruction.name.split("_"))
    encoded = feeds_v2.encode_line(decoded)
    assert json.loads(encoded) == modelled(instruction, line)
    assert feeds_v2.decode_line(encoded) == decoded
    assert b"\n" not in encoded


@each_instruction
def test_every_member_of_the_rules_is_an_attribute(instruction: Instruction) -> None:
    decoded = decode(instruction.full)
    for field in instruction.line.fields:
        if field.name != RULESET.discriminator:
            assert hasattr(decoded, field_name(field.name))
    record = entry_record(instruction)
    if record is not None:
        attributes = {field_name(field.name) for field in record.fields}
        assert set(type(decoded.data[0]).__struct_fields__) == attributes


@each_instruction
def test_what_may_be_absent_is_unset_if_it_is(instruction: Instruction) -> None:
    decoded = decode(instruction.base)
    record = entry_record(instruction)
    assert "activity_copy_limit" not in instruction.base
    if record is None:
        assert decoded.activity_copy_limit is msgspec.UNSET
    else:
        absent = {field.name for field in record.fields} - instruction.base["data"][0].keys()
        assert all(getattr(decoded.data[0], field_name(name)) is msgspec.UNSET for name in absent)


@each_instruction
def test_a_missing_required_member_is_refused(instruction: Instruction) -> None:
    for field in instruction.line.fields:
        if field.required:
            line = {name: value for name, value in instruction.base.items() if name != field.name}
            with pytest.raises(msgspec.ValidationError, match=rf"missing required field `{field.name}`"):
                decode(line)
    record = entry_record(instruction)
    for field in record.fields if record else ():
        if field.required:
            entry = {name: value for name, value in instruction.base["data"][0].items() if name != field.name}
            with pytest.raises(msgspec.ValidationError, match=rf"missing required field `{field.name}`.*data\[0\]"):
                decode({**instruction.base, "data": [entry]})


@each_instruction
def test_closed_records_refuse_unknown_members_and_open_ones_leave_them_out(instruction: Instruction) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `comment`"):
        decode({**instruction.base, "comment": "first batch"})
    record = entry_record(instruction)
    if record is None:
        return
    line = {**instruction.base, "data": [{**instruction.base["data"][0], "made_up": 1}]}
    if record.unknown:
        with pytest.raises(msgspec.ValidationError, match="unknown field `made_up`"):
            decode(line)
    else:
        assert decode(line) == decode(instruction.base)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"instruction": "unfollow", "feedId": "user:bob", "data": []}, "Invalid value 'unfollow'"),
        ({"feedId": "user:bob", "data": ["user:alice"]}, "missing required field `instruction`"),
        ({"instruction": "follow", "feedId": "user:bob", "data": []}, "length >= 1"),
        ({"instruction": "follow", "feedId": 17, "data": ["user:alice"]}, "Expected `str`, got `int`"),
        ({"instruction": "follow", "feedId": "user:bob", "data": [["user:alice"]]}, "Expected `str`, got `array`"),
        ({"instruction": "users", "data": [{"id": ""}]}, "length >= 1"),
        ({"instruction": "users", "data": [{"id": "a", "data": None}]}, "Expected `object`, got `null`"),
        ({"instruction": "users", "data": {}}, "Expected `array`, got `object`"),
        ({"instruction": "users", "data": [{"id": "a"}] * 10_001}, "length <= 10000"),
    ],
)
def test_a_wrong_type_or_a_limit_that_is_passed_is_refused(line: Any, said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        decode(line)


def test_what_is_no_json_is_refused_as_that() -> None:
    with pytest.raises(msgspec.DecodeError):
        feeds_v2.decode_line(b'{"instruction": "follow",')


def test_a_line_is_made_and_written() -> None:
    line = feeds_v2.Users(data=[feeds_v2.User(id="alice", data={"name": "Alice"})])
    assert feeds_v2.encode_line(line) == b'{"instruction":"users","data":[{"id":"alice","data":{"name":"Alice"}}]}'
    target = feeds_v2.Activity(
        actor="SU:alice", verb="post", object="post:1", time="2023-05-01T09:30:00Z", foreign_id="post:1", target=None
    )
    assert json.loads(msgspec.json.encode(target))["target"] is None
    assert "to" not in json.loads(msgspec.json.encode(target))


def test_all_that_is_public_is_named_and_is_there() -> None:
    assert sorted(feeds_v2.__all__) == sorted(set(feeds_v2.__all__))
    assert {name for name in feeds_v2.__all__ if not hasattr(feeds_v2, name)} == set()
    classes = {
        name for name, value in vars(models).items() if isinstance(value, type) and value.__module__ == models.__name__
    }
    assert classes < set(feeds_v2.__all__)


def test_each_class_says_what_it_is() -> None:
    for name in feeds_v2.__all__:
        thing = getattr(feeds_v2, name)
        if isinstance(thing, type):
            assert thing.__doc__, name
            assert "\n\n\n" not in thing.__doc__


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("feedId", "feedId"),
        ("object", "object"),
        ("class", "class_"),
        ("dry-run", "dry_run_"),
        ("1st", "x1st_"),
        ("", "x_"),
        ("list", "list_"),
        ("_id", "x_id_"),
        ("größe", "größe"),
        ("a b.c", "a_b_c_"),
    ],
)
def test_the_attribute_of_a_member(name: str, attribute: str) -> None:
    assert field_name(name) == attribute
    assert attribute.isidentifier()


# --------------------------------------------------------------------------- how the code reads


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=["lint", "form"])
def test_the_generated_code_is_clean(arguments: list[str]) -> None:
    # `fast.py` is for the machine: its long conditions stay as they are.
    files = [str(path) for path in sorted(PACKAGE.glob("*.py")) if arguments[0] == "check" or path.name != "fast.py"]
    command = [sys.executable, "-m", "ruff", arguments[0], "--config=extend-exclude=[]", *arguments[1:], *files]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def test_the_generated_code_has_types_that_hold(tmp_path: Path) -> None:
    program = tmp_path / "uses_models.py"
    program.write_text(
        "from stream_import_rules.generated.feeds_v2 import Follow, Line, decode_line\n"
        "line: Line = decode_line(b'')\n"
        "if isinstance(line, Follow):\n"
        "    reveal_type(line.data)\n"
        "    reveal_type(line.activity_copy_limit)\n"
        "Follow(data=['user:alice'], feedId=17)\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(tmp_path / "cache"),
        str(PACKAGE),
        str(program),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    said = [line for line in done.stdout.splitlines() if ": " in line]
    assert not [line for line in said if "error" in line and program.name not in line], done.stdout
    own = [line.partition(": ")[2] for line in said if program.name in line]
    assert [re.sub(r"msgspec(\._core)?\.", "", line) for line in own] == [
        'note: Revealed type is "list[str]"',
        'note: Revealed type is "int | UnsetType"',
        'error: Argument "feedId" to "Follow" has incompatible type "int"; expected "str"  [arg-type]',
    ]


# --------------------------------------------------------------------------- what guards it


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the generated package that the runtime takes for its own, for a test to damage."""
    copy = tmp_path / "sir_copy" / "generated" / "copied_v1"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (copy.parent, copy.parent.parent):
        (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(artefact, "_PACKAGE", "sir_copy.generated")
    monkeypatch.setattr(artefact, "files", lambda _: copy.parent.parent)
    artefact.load.cache_clear()
    yield copy
    artefact.load.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "sir_copy"]:
        del sys.modules[name]
    importlib.invalidate_caches()


def test_a_whole_package_is_loaded(installed: Path) -> None:
    ruleset, fingerprint = artefact.load("copied-v1")
    assert (ruleset, fingerprint) == (RULESET, FINGERPRINT)
    assert artefact.fast_validator("copied-v1").rules <= {rule.id for rule in ruleset.rules}
    assert artefact.schema_names("copied-v1") == sorted(path.name for path in (PACKAGE / "schemas").iterdir())


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda p: (p / "ruleset.json").unlink(), "ruleset.json cannot be read"),
        (lambda p: (p / "ruleset.json").write_bytes(b""), "ruleset.json is empty"),
        (lambda p: (p / "ruleset.json").write_bytes(b"{}\n"), "ruleset.json has the fingerprint"),
        (lambda p: replaced(p / "ruleset.json", '"limit": 3600', '"limit": 3601'), "ruleset.json has the fingerprint"),
        (lambda p: replaced(p / "__init__.py", "FINGERPRINT = ", "FINGERPRINTS = "), "has no FINGERPRINT"),
        (lambda p: replaced(p / "__init__.py", FINGERPRINT, "0" * 64), "the generated code 000000000000…"),
        (lambda p: (p / "__init__.py").write_text(""), "has no FINGERPRINT"),
        (lambda p: (p / "models.py").unlink(), "cannot be imported"),
        (lambda p: shutil.rmtree(p), "cannot be read|cannot be imported|has no FINGERPRINT"),
    ],
)
def test_a_damaged_rule_set_is_a_hard_error_that_says_how_to_mend_it(installed: Path, damage: Any, said: str) -> None:
    damage(installed)
    with pytest.raises(ArtefactError, match=said) as caught:
        artefact.load("copied-v1")
    assert "copied-v1" in str(caught.value)
    assert "python -m generators build" in str(caught.value)
    assert "pip install --force-reinstall" in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda p: (p / "fast.py").unlink(), "cannot be imported"),
        (lambda p: replaced(p / "fast.py", FINGERPRINT, "0" * 64), "made from other rules"),
        (lambda p: (p / "fast.py").write_text(""), "made from other rules"),
    ],
)
def test_a_damaged_fast_validator_is_a_hard_error(installed: Path, damage: Any, said: str) -> None:
    damage(installed)
    with pytest.raises(ArtefactError, match=said):
        artefact.fast_validator("copied-v1")


def test_damaged_schemas_are_a_hard_error(installed: Path) -> None:
    name = artefact.schema_names("copied-v1")[0]
    (installed / "schemas" / name).write_bytes(b"\n")
    with pytest.raises(ArtefactError, match="is empty"):
        artefact.schema_text(name, "copied-v1")
    shutil.rmtree(installed / "schemas")
    with pytest.raises(ArtefactError, match="schemas is missing"):
        artefact.schema_names("copied-v1")


def test_a_rule_set_without_rules_is_a_hard_error(installed: Path) -> None:
    empty = model.to_json(msgspec.structs.replace(RULESET, rules=()))
    (installed / "ruleset.json").write_bytes(empty)
    replaced(installed / "__init__.py", FINGERPRINT, hashlib.sha256(empty).hexdigest())
    with pytest.raises(ArtefactError, match="has no rules"):
        artefact.load("copied-v1")


def test_a_rule_set_that_nobody_knows_is_a_hard_error() -> None:
    with pytest.raises(ArtefactError, match="feeds-v9"):
        artefact.load("feeds-v9")
