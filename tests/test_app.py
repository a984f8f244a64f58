"""The configuration of an app: its file, all that can be wrong with it, and where it is found."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from clients import needs

import stream_import_rules as sir
from stream_import_rules import app_file, artefact, data_schemas, document
from stream_import_rules.app import App, AppError, find_app

ROOT = Path(__file__).parents[1]
RULESET = artefact.load()[0]
SCHEMA = json.loads(artefact.schema_text("feeds-v2.app.schema.json"))


def load(folder: Path, text: str | bytes, name: str = "app.yaml", **files: str) -> App:
    """The configuration with a text, beside files whose names have a dot for the last underscore."""
    for file, content in files.items():
        (folder / ".".join(file.rsplit("_", 1))).write_text(content, "utf-8")
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return sir.load_app(path)


def told(folder: Path, text: str | bytes, name: str = "app.yaml", **files: str) -> list[str]:
    """What is said of a configuration that cannot be used, with places relative to its folder."""
    with pytest.raises(AppError) as caught:
        load(folder, text, name, **files)
    mistakes = [str(mistake).removeprefix(f"{folder}{os.sep}") for mistake in caught.value.mistakes]
    assert str(caught.value).replace(f"{folder}{os.sep}", "") == "\n".join(mistakes)
    return mistakes


def test_all_that_a_configuration_can_say(tmp_path: Path) -> None:
    (tmp_path / "users.txt").write_text("alice\n\n  bob \n", "utf-8")
    app = load(
        tmp_path,
        "# a comment\n"
        "feed_groups: {user: flat, timeline: aggregated, news: confirm}\n"
        "reaction_kinds: [like, comment]\n"
        "collections: [food]\n"
        "outside: {users: true, activities: false}\n"
        "existing_ids: {users: [users.txt]}\n"
        "schemas:\n"
        "  users: user.yaml\n"
        "  reactions: {comment: comment.json}\n",
        user_yaml="type: object  # of a user\n",
        comment_json='{"$ref": "base.json#/$defs/text"}',
        base_json='{"$defs": {"text": {"type": "object"}}}',
    )
    assert app.feed_groups == {"user": "flat", "timeline": "aggregated", "news": "confirm"}
    assert app.unconfirmed == ("news",)
    assert (app.reaction_kinds, app.collections) == (("like", "comment"), ("food",))
    assert app.outside == {"users": True, "activities": False}
    assert app.existing_ids == {"users": (str(tmp_path / "users.txt"),)}
    assert list(app_file.ids_in(app, "users", RULESET)) == ["alice", "bob"]
    assert list(app_file.ids_in(app, "collections", RULESET)) == []
    assert {entries: list(schemas) for entries, schemas in app.schemas.items()} == {
        "users": [""],
        "reactions": ["comment"],
    }
    assert len(app.schemas["reactions"]["comment"].files) == 2
    # It goes to other processes as it is.
    other = pickle.loads(pickle.dumps(app))
    assert data_schemas.Judge(other.schemas["reactions"]["comment"]).misfit([1]) is not None


def test_all_of_it_is_optional_and_json_does_as_well(tmp_path: Path) -> None:
    app = load(tmp_path, '{\n\t"$schema": "x",\n\t"collections": []\n}\n', "app.json")
    assert (app.feed_groups, app.reaction_kinds, app.collections) == (None, None, ())
    assert load(tmp_path, "{}").schemas == {}


MISTAKES: dict[str, tuple[str, list[str]]] = {
    "a misspelt key": (
        "feed_groups: {user: flat}\nreactionkinds: [like]\n",
        [
            (
                "app.yaml:2: unknown key `reactionkinds` in this file\n    expected: perhaps reaction_kinds; one of "
                "feed_groups, reaction_kinds, collections, outside, existing_ids, schemas, policy"
            )
        ],
    ),
    "a misspelt type": (
        "feed_groups:\n  user: flat\n  timeline: agregated\n",
        [
            (
                'app.yaml:3: `timeline` of `feed_groups` is "agregated"\n'
                "    expected: perhaps aggregated; one of flat, aggregated, notification, confirm"
            )
        ],
    ),
    "a group that can't be one": (
        "feed_groups: {'user feed': flat}\n",
        [
            (
                "app.yaml:1: the name `user feed` in `feed_groups` is not allowed\n"
                "    expected: letters, digits, underscores and dashes"
            )
        ],
    ),
    "several mistakes": (
        "reaction_kinds: like\noutside:\n  users: yes\n  user: true\n",
        [
            'app.yaml:1: `reaction_kinds` is "like"\n    expected: a list',
            'app.yaml:3: `users` of `outside` is "yes"\n    expected: `true` or `false`',
            (
                "app.yaml:4: unknown key `user` in `outside`\n"
                "    expected: perhaps users; one of activities, reactions, users, collections"
            ),
        ],
    ),
    "a list of numbers": (
        "collections:\n  - food\n  - 1\n",
        [
            (
                "app.yaml:3: item 2 of `collections` is 1\n"
                "    expected: a text (in quotes, if it could be taken for a number, `true`, `false` or `null`)"
            )
        ],
    ),
    "a kind twice": (
        "reaction_kinds: [like, like]",
        ["app.yaml:1: `reaction_kinds` has an item twice\n    expected: each item once"],
    ),
    "no ids": (
        "existing_ids: {users: []}",
        [
            (
                "app.yaml:1: `users` of `existing_ids` is empty\n"
                "    expected: the paths of files in which each line is the id of the user, without `SU:`"
            )
        ],
    ),
    "an empty file": (
        "# nothing\n",
        [
            (
                "app.yaml:1: the file is empty\n    expected: at least one of `feed_groups`, `reaction_kinds`, "
                "`collections`, `outside`, `existing_ids`, `schemas`, `policy`"
            )
        ],
    ),
    "no object": ("[1]", ["app.yaml:1: the file is [1]\n    expected: members, each as `key: value`"]),
    "a key twice": (
        "feed_groups:\n  user: flat\n  user: flat\n",
        ["app.yaml:3: the key `user` stands in line 2 too\n    expected: each key once"],
    ),
    "an alias": (
        "reaction_kinds: &kinds [like]\ncollections: *kinds\n",
        ["app.yaml:2: a YAML alias\n    expected: the value itself, written out"],
    ),
    "a tag": (
        "feed_groups: !!python/object:os.system {}\n",
        ["app.yaml:1: the tag tag:yaml.org,2002:python/object:os.system\n    expected: a value without a tag"],
    ),
    "a key that is no text": (
        "? [a]\n: b\n",
        ["app.yaml:1: a key that is not a text\n    expected: a plain or quoted text"],
    ),
    "two documents": (
        "collections: [a]\n---\ncollections: [b]\n",
        [
            (
                "app.yaml:2: not YAML: expected a single document in the stream, but found another document\n"
                "    expected: valid YAML; most often the indentation is wrong, or a text with `: ` or ` #` in it "
                "needs quotes"
            )
        ],
    ),
    "a control character": (
        "collections: [\x07]\n",
        [
            (
                "app.yaml:1: not YAML: the character U+0007\n"
                "    expected: printable characters; others as escapes in double quotes"
            )
        ],
    ),
    "half a surrogate pair": (
        'collections:\n  - "\\ud800"\n',
        ["app.yaml:2: the character U+D800, half of a pair\n    expected: whole characters"],
    ),
    "a schema that is not there": (
        "schemas:\n  users: user.json\n",
        [
            (
                "app.yaml:2: the schema user.json: there is no such file\n"
                "    expected: the path of a JSON Schema, seen from this file"
            )
        ],
    ),
    "ids that are not there": (
        "existing_ids:\n  users:\n    - users.txt\n    - .\n",
        [
            (
                "app.yaml:3: users.txt: there is no such file\n"
                "    expected: the path of a text file with an id in each line, seen from this file"
            ),
            (
                "app.yaml:4: .: it is no regular file\n"
                "    expected: the path of a text file with an id in each line, seen from this file"
            ),
        ],
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_was_expected(what: str, tmp_path: Path) -> None:
    text, expected = MISTAKES[what]
    assert told(tmp_path, text) == expected


def test_mistakes_of_the_file_as_a_whole(tmp_path: Path) -> None:
    assert told(tmp_path, b"a: 1\n\xff\n") == [
        "app.yaml:2: not UTF-8: invalid start byte\n    expected: a file in UTF-8"
    ]
    assert told(tmp_path, b"#" * 200_001) == [
        "app.yaml: it cannot be read: it has more than 200,000 bytes\n    expected: the configuration of the app"
    ]
    for name, problem in (("none.yaml", "there is no such file"), ("", "it cannot be read: it is a folder")):
        with pytest.raises(AppError, match=problem):
            sir.load_app(tmp_path / name)


def test_json_has_its_own_mistakes(tmp_path: Path) -> None:
    assert told(tmp_path, '{"collections": ["a"],\n}', "app.json") == [
        (
            "app.json:1: not JSON: a comma after the last item\n"
            "    expected: Remove the comma in front of the closing bracket."
        )
    ]
    assert told(tmp_path, '{"outside": {\n"users": true,\n"users": true}}', "app.json") == [
        "app.json:3: this key stands in the same object twice\n    expected: each key once"
    ]
    assert told(tmp_path, '{\n"outside": {\n"users": 1}}', "app.json") == [
        "app.json:3: `users` of `outside` is 1\n    expected: `true` or `false`"
    ]


@needs(hasattr(os, "mkfifo"), "there are no pipes with names")
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for text in ("schemas: {users: pipe}", "existing_ids: {users: [pipe]}", "schemas: {users: /dev/zero}"):
        assert "it is no regular file" in told(tmp_path, text)[0]
    with pytest.raises(AppError, match="it is no regular file"):
        sir.load_app(tmp_path / "pipe")


def test_files_of_strangers_do_no_harm(tmp_path: Path) -> None:
    start = time.monotonic()
    lol = "a0: &a0 [lol]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
    assert told(tmp_path, lol)[0].startswith("app.yaml:2: a YAML alias")
    for deep in ("[" * 90_000, "{a: " * 40_000, "- " * 90_000, '{"a":' * 30_000):
        for name in ("app.yaml", "app.json"):
            assert told(tmp_path, deep, name)
    assert len(told(tmp_path, f"collections: [{'9' * 100_000}]")) == 1
    with pytest.raises(AppError) as caught:
        load(tmp_path, "a: 1\n" * 10_000)
    assert str(caught.value).endswith("\n… and 9,949 mistakes more")
    assert time.monotonic() - start < 20


def test_schemas_must_be_some(tmp_path: Path) -> None:
    def of(text: str, name: str = "user_json", **more: str) -> str:
        (mistake,) = told(tmp_path, f"schemas: {{users: {'.'.join(name.rsplit('_', 1))}}}", **{name: text}, **more)
        return mistake.removeprefix("app.yaml:1: the schema ").replace("\n    expected:", " |")

    types = "one of string, number, integer, boolean, array, object, null, or a list of these"
    assert of('{\n"type": "strin"}') == (
        f'user.json: user.json:2: `type` is "strin", which JSON Schema does not allow | {types}'
    )
    assert of("properties:\n  a: {type: 5}\n", "user_yaml") == (
        f"user.yaml: user.yaml:2: `type` is 5, which JSON Schema does not allow | {types}"
    )
    assert of("[1]") == "user.json: it is no JSON Schema | an object"
    assert of('{"a": }').startswith("user.json: user.json:1: not JSON: `}` where a value should be")
    assert of('{"$ref": "https://example.org/a.json"}') == (
        "user.json: it refers to https://example.org/a.json, and nothing is fetched | "
        "the file itself, beside the schema, and a `$ref` with its name"
    )
    assert "nothing is fetched" in of('{"$id": "https://example.org/u.json", "$ref": "base.json"}')
    assert "nothing is fetched" in of('{"$ref": "base.json"}', base_json='{"$ref": "http://example.org/b"}')
    assert of('{"$ref": "none.json"}').startswith("user.json: it refers to none.json: there is no such file")
    assert "Pointer '/$defs/a' does not exist" in of('{"$ref": "#/$defs/a"}')
    assert of('{"$ref": "base.json"}', base_json='{"type": "strin"}') == (
        f'user.json: in a schema that it refers to: `type` is "strin", which JSON Schema does not allow | {types}'
    )


def test_a_schema_for_a_name_that_the_app_does_not_know_is_a_mistake(tmp_path: Path) -> None:
    files = {"any_json": "{}"}
    text = "schemas: {reactions: {likes: any.json}, collections: {food: any.json}}\nreaction_kinds: [like]\n"
    assert told(tmp_path, text, **files) == [
        "app.yaml:1: `likes` of `reactions` is not in `reaction_kinds`\n    expected: like"
    ]
    assert load(tmp_path, "schemas: {reactions: {likes: any.json}}").schemas


def test_ids_are_read_line_by_line_and_checked(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_bytes("\ufefffood:pizza\r\n\r\nfood\n".encode())
    app = load(tmp_path, "existing_ids: {collections: [ids.txt], users: [ids.txt]}")
    ids = app_file.ids_in(app, "collections", RULESET)
    assert next(ids) == "food:pizza"
    with pytest.raises(AppError) as caught:
        next(ids)
    assert str(caught.value) == (
        f"{tmp_path / 'ids.txt'}:3: food is no id of collections\n"
        "    expected: the name of the collection and the id of the entry, written `collection:id`"
    )
    (tmp_path / "ids.txt").write_bytes(b"\xff\n")
    with pytest.raises(AppError, match="not UTF-8"):
        list(app_file.ids_in(app, "users", RULESET))
    (tmp_path / "ids.txt").unlink()
    with pytest.raises(AppError, match="cannot be read"):
        list(app_file.ids_in(app, "users", RULESET))


# --------------------------------------------------------------------------- the schema


@pytest.mark.parametrize("name", ["app", "app.draft-07"])
def test_the_published_schema_is_one_and_closed_all_over(name: str) -> None:
    schema = json.loads(artefact.schema_text(f"feeds-v2.{name}.schema.json"))
    jsonschema.validators.validator_for(schema).check_schema(schema)
    validator = jsonschema.validators.validator_for(schema)(schema)
    good: dict[str, Any] = {
        "feed_groups": {"user": "flat", "timeline_aggregated": "aggregated"},
        "reaction_kinds": ["like"],
        "collections": ["food"],
        "outside": {"users": True},
        "existing_ids": {"activities": ["a.txt"]},
        "schemas": {"activities": {"post": "p.json"}, "users": "u.json"},
    }
    assert validator.is_valid(good)
    bad: list[dict[str, Any]] = [
        {"more": 1},
        *({key: {"more": {"a": 1}}} for key in good if isinstance(good[key], dict)),
    ]
    assert [wrong for wrong in bad if validator.is_valid(wrong)] == []


def test_every_part_of_the_schema_is_described() -> None:
    def nodes(node: Any, path: str = "") -> list[str]:
        found = [] if "description" in node else [path]
        for name, inner in node.get("properties", {}).items():
            found += nodes(inner, f"{path}/{name}")
        return found

    assert nodes(SCHEMA) == []


def test_the_configurations_of_the_examples_keep_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    apps = [e.app for rule in RULESET.rules for e in (*rule.good, *rule.bad) if e.app is not None]
    assert len(apps) > 10
    assert [app.config for app in apps if not validator.is_valid(app.config)] == []


# --------------------------------------------------------------------------- where it is found


def test_a_configuration_is_found_beside_the_data_or_above_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    repository = tmp_path / "home/projects/repository"
    data = repository / "data/2024"
    data.mkdir(parents=True)
    assert find_app(data / "export.jsonl") is None
    above = repository / "stream-import.yaml"
    above.write_text("{}")
    assert find_app(data / "export.jsonl") == str(above)
    beside = data / "stream-import.yaml"
    beside.write_text("{}")
    assert find_app(data / "export.jsonl") == str(beside)
    beside.unlink()
    # A folder of that name is none.
    (data / "stream-import.yaml").mkdir()
    assert find_app(data / "export.jsonl") == str(above)
    monkeypatch.chdir(repository)
    assert find_app("data/2024/export.jsonl") == "stream-import.yaml"
    assert find_app(".") == "stream-import.yaml"


@pytest.mark.parametrize("git", ["a folder", "a file"])
def test_the_search_ends_at_the_root_of_a_repository(git: str, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "data").mkdir(parents=True)
    (tmp_path / "stream-import.yaml").write_text("{}")
    assert find_app(repository / "data/x.jsonl") == str(tmp_path / "stream-import.yaml")
    (repository / ".git").mkdir() if git == "a folder" else (repository / ".git").write_text("gitdir: x")
    assert find_app(repository / "data/x.jsonl") is None


def test_the_search_ends_at_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home/projects").mkdir(parents=True)
    (tmp_path / "stream-import.yaml").write_text("{}")
    assert find_app(tmp_path / "home/projects/x.jsonl") is None
    assert find_app(tmp_path / "x.jsonl") == str(tmp_path / "stream-import.yaml")


def test_nobody_loads_a_reader_of_yaml_who_has_no_configuration() -> None:
    program = (
        "import sys, stream_import_rules as sir\n"
        "sir.App, sir.AppError, sir.load_app\n"
        f"sir.validate_file({str(ROOT / 'examples/import.jsonl')!r})\n"
        "sir.find_app('.')\n"
        "print(*{'yaml', 'jsonschema_rs'} & sys.modules.keys())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []


def test_documents_know_the_lines_of_all_their_parts() -> None:
    found = document.parse(b"a:\n  - b\n  - {c: d,\n     e: f}\n", "x.yaml")
    assert found.data == {"a": ["b", {"c": "d", "e": "f"}]}
    assert [found.line(p) for p in ((), ("a",), ("a", 0), ("a", 1), ("a", 1, "e"), ("a", 1, "x"))] == [1, 1, 2, 3, 4, 3]
    plain = document.parse(b"a: [yes, no, 2020-01-01, 1_000, 0x10, 010, ~, 1.5, -3, true, null]", "x.yml").data
    assert plain["a"] == ["yes", "no", "2020-01-01", "1_000", "0x10", "010", "~", 1.5, -3, True, None]
