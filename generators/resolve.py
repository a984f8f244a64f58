"""Stage 3, resolve: checked trees become the frozen RuleSet.

Names become values, texts their defaults, ids their full form; abbreviated examples become whole
lines. After it there is no YAML any more: the targets read the RuleSet alone. Comes after ``check``,
whose promises (no dangling name, every constraint well-formed) it relies on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from stream_import_rules import model
from stream_import_rules.model import Field, Rule, Source, Value

from . import samples
from .diagnostics import Diagnostic, RulesError, one_of
from .load import Path_, Tree
from .spec import Place, Spec

_Node = TypeVar("_Node", model.Record, model.Reference)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
#: JSON types of the rule language in the words of messages and documentation.
TYPE_WORDS = {
    "string": "a string",
    "time": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "list": "an array",
    "map": "an object",
    "record": "an object",
}


def resolve(trees: list[Tree]) -> model.RuleSet:
    """The RuleSet of checked trees.

    Raises ``RulesError`` for what only shows when all is put together: two rules with one id, a rule
    without texts or sources, a placeholder without a value.
    """
    return _Resolver(trees).ruleset()


class _Resolver:
    def __init__(self, trees: list[Tree]) -> None:
        by_kind: dict[str, list[Spec]] = {}
        for tree in trees:
            by_kind.setdefault(tree.data["file"], []).append(Spec(tree, (), tree.data))
        self.top = by_kind["ruleset"][0]
        self.types = {name: spec for file in by_kind.get("types", []) for name, spec in file["types"].items()}
        self.instructions = {spec.data["instruction"]: spec for spec in by_kind.get("instruction", [])}
        self.framing = [check for file in by_kind.get("framing", []) for check in file.list("checks")]
        self.crossing = by_kind.get("relations", [])
        self.app = by_kind.get("app", [])
        self.order: list[str] = self.top.data["instructions"]
        self.rules: dict[str, Rule] = {}
        self.former: dict[str, Spec] = {}
        #: The rules that good examples break all the same, by name.
        self.others: list[tuple[Spec, str]] = []
        self.problems: list[Diagnostic] = []
        self.told: set[tuple[str, Path_]] = set()

    def ruleset(self) -> model.RuleSet:
        top = self.top.data
        instructions = tuple(self._instruction(self.instructions[name]) for name in self.order)
        envelope = self._envelope()
        framing = tuple(self._framing(spec) for spec in self.framing)
        records = tuple(_named(model.Record, *item) for file in self.crossing for item in file["records"].items())
        references = tuple(
            _named(model.Reference, *item) for file in self.crossing for item in file["references"].items()
        )
        app = self._app()
        # Last: they may add to rules that are made before.
        relations = tuple(self._relation(spec) for file in self.crossing for spec in file.list("relations"))
        self._other_rules()
        self._former_ids()
        if self.problems:
            raise RulesError(self.problems)
        return model.RuleSet(
            name=top["name"],
            version=top["version"],
            title=top["title"],
            summary=top["summary"],
            url=top["url"],
            discriminator=top["discriminator"],
            payload=top["payload"],
            envelope=envelope,
            instructions=instructions,
            framing=framing,
            rules=tuple(rule for _, rule in sorted(self.rules.items())),
            documents=top["documents"],
            type_docs={name: spec.data["doc"] for name, spec in sorted(self.types.items())},
            feed_id_type=top.get("feed_id_type", ""),
            former_instructions=top.get("former_instructions", {}),
            time_span=tuple(top.get("time_span", ("", ""))),
            records=records,
            references=references,
            relations=relations,
            app=app,
        )

    # ------------------------------------------------------------------ records

    def _instruction(self, spec: Spec) -> model.Instruction:
        data = spec.data
        line = self._line(spec)
        return model.Instruction(
            name=data["instruction"],
            title=data["title"],
            doc=data["doc"],
            entity=data["entry"]["entity"],
            entry_doc=data["entry"]["doc"],
            line=line,
            base=data["base"],
            full=data["full"],
            sources=_sources(spec.get("sources")),
            record_names=tuple(data["entry"].get("record_names", ())),
            aliases=tuple(data.get("aliases", ())),
        )

    def _envelope_place(self, base: Any, full: Any) -> Place:
        envelope = self.top["envelope"]
        entity = envelope.data["entity"]
        return Place(entity, entity, "every line", "", "", "", base, full, envelope.get("sources"))

    def _envelope(self) -> model.RecordValue:
        """The record of a line whose instruction is unknown: what all lines share, the rest open."""
        first = self.instructions[self.order[0]].data
        place = self._envelope_place(first["base"], first["full"])
        envelope = self.top["envelope"]
        fields = [self._field(name, spec, place.below(name, spec)) for name, spec in envelope["members"].items()]
        known = {field.name for field in fields}
        anything = model.AnyValue(type_rule="")
        for spec in self.instructions.values():
            for name in spec.data.get("line", {}):
                if name not in known:
                    known.add(name)
                    fields.append(Field(name=name, value=anything))
        return self._record(envelope, place, tuple(fields), ())

    def _line(self, spec: Spec) -> model.RecordValue:
        """The whole record of one instruction's line: the envelope's members and the instruction's own."""
        name = spec.data["instruction"]
        base, full = spec.data["base"], spec.data["full"]
        shared = self._envelope_place(base, full)
        own = replace(shared, prefix=name, entity=name, label=f"every `{name}` line")
        own = replace(own, sources=spec.get("sources") or own.sources)
        envelope = self.top["envelope"]
        payload = self.top.data["payload"]
        lines = spec.get("line")
        fields = []
        for member, member_spec in envelope["members"].items():
            place = shared.below(member, member_spec)
            field = self._field(member, member_spec, place)
            if member == payload:
                extra = lines.get(member) if lines else None
                field = self._payload(field, spec, own.below(member, extra or member_spec), extra)
            fields.append(field)
        if lines:
            fields.extend(
                self._field(member, member_spec, own.below(member, member_spec))
                for member, member_spec in lines.items()
                if member != payload
            )
        return self._record(envelope, shared, tuple(fields), [(c, own) for c in spec.list("line_checks")])

    def _payload(self, field: Field, spec: Spec, place: Place, extra: Spec | None) -> Field:
        """The payload member of one instruction: the shared list, its own checks, its own entries."""
        entry = spec["entry"]
        entity = entry.data["entity"]
        entry_place = replace(place.item(entry), prefix=entity, entity=entity, label=f"every {entity}", member="")
        shared = field.value
        assert isinstance(shared, model.ListValue)
        items = self._value(entry, entry_place)
        own = self._checks(extra.list("checks") if extra else [], place, shared)
        value = model.ListValue(
            type_rule=shared.type_rule, items=items, checks=(*shared.checks, *own), nullable=shared.nullable
        )
        doc = extra.data.get("doc", field.doc) if extra else field.doc
        return model.Field(name=field.name, value=value, required=field.required, doc=doc, aliases=field.aliases)

    def _record(
        self, spec: Spec, place: Place, fields: tuple[Field, ...], extra: Iterable[tuple[Spec, Place]]
    ) -> model.RecordValue:
        unknown = ""
        if not spec.data.get("open"):
            unknown = self._text(spec.get("unknown"), place, "unknown", "unknown", home=spec)
        wrong_type = "" if place.pointer == "" else self._type_rule([spec], place)
        checks = [(check, place) for check in (spec.list("checks") if spec.data.get("type") == "record" else [])]
        made: list[Any] = []
        for check, at in (*checks, *extra):
            made.append(self._check(check, replace(at, whenever=_next_lower(check, checks)), made, None))
        return model.RecordValue(
            type_rule=wrong_type,
            entity=spec.data["entity"],
            fields=fields,
            unknown=unknown,
            checks=tuple(made),
            nullable=bool(spec.data.get("nullable")),
        )

    def _field(self, name: str, spec: Spec, place: Place) -> Field:
        required = spec.get("required")
        return Field(
            name=name,
            value=self._value(spec, place),
            required=self._text(required, place, "required", "required") if required is not None else "",
            doc=spec.data.get("doc", ""),
            aliases=tuple(spec.data.get("aliases", ())),
        )

    # ------------------------------------------------------------------ values

    def _value(self, spec: Spec, place: Place) -> Value:
        chain = [spec]
        while chain[-1].data["type"] not in samples.BUILT_IN:
            chain.append(self.types[chain[-1].data["type"]])
        kind: str = chain[-1].data["type"]
        named = chain[0].data["type"] if len(chain) > 1 else ""
        if place.sources is None or (len(chain) > 1 and spec.get("sources") is None):
            inherited = next((s for link in chain[1:] if (s := link.get("sources"))), None)
            place = replace(place, sources=inherited or place.sources)
        if kind == "any":
            return model.AnyValue(type_rule="", named=named)
        if kind == "record":
            inside = replace(place, label=f"every {spec.data['entity']}")
            fields = tuple(self._field(n, s, inside.below(n, s)) for n, s in spec["members"].items())
            return self._record(spec, inside, fields, ())
        common: dict[str, Any] = {
            "type_rule": self._type_rule(chain, place),
            "nullable": any(link.data.get("nullable") for link in chain),
            "blank": any(link.data.get("blank") for link in chain),
            "named": named,
        }
        if kind == "list":
            item_spec = spec["items"]
            common["items"] = self._value(item_spec, place.item(item_spec))
        value: Value = samples.BUILT_IN[kind](**common)
        outer_first = list(reversed(chain))
        tolerated = tuple(self._tolerated(t, place, value) for link in outer_first for t in link.list("tolerates"))
        value = msgspec.structs.replace(value, tolerated=tolerated)
        checks = self._checks([c for link in outer_first for c in link.list("checks")], place, value)
        return msgspec.structs.replace(value, checks=checks)

    def _type_rule(self, chain: list[Spec], place: Place) -> str:
        """The rule of a wrong type; ``chain`` is the member and the named types that it is made from."""
        texts = [text for link in chain if (text := link.get("wrong_type")) is not None]
        merged = texts[0] if texts else None
        for inherited in texts[1:]:
            assert merged is not None
            merged = Spec(merged.tree, merged.path, {**inherited.data, **merged.data})
        tolerated = {t.data["json_type"] for link in chain for t in link.list("tolerates") if t.data["form"] == "type"}
        kind = chain[-1].data["type"]
        return self._text(
            merged, place, "wrong-type", "type", home=chain[0], type_name=kind, tolerated=frozenset(tolerated)
        )

    def _tolerated(self, spec: Spec, place: Place, value: Value) -> model.Tolerated:
        rule = self._text(spec, place, f"tolerated-{spec.data['form']}", spec.data["id"])
        match spec.data["form"]:
            case "type":
                return model.ToleratedType(rule=rule, json_type=spec.data["json_type"])
            case "text":
                return model.ToleratedText(rule=rule, pattern=spec.data["pattern"])
            case "pair":
                return model.ToleratedPair(rule=rule, pattern=spec.data["pattern"])
            case other:
                raise AssertionError(f"unknown form {other}")

    def _checks(self, specs: list[Spec], place: Place, value: Value) -> tuple[Any, ...]:
        made: list[Any] = []
        whenever = [s.data for s in specs if s.data["kind"] == "deprecated"]
        place = replace(place, whenever=tuple(_full_id(place.prefix, d.get("id", d["kind"])) for d in whenever))
        for spec in specs:
            made.append(self._check(spec, place, made, value))
        return tuple(made)

    def _check(self, spec: Spec, place: Place, before: list[Any], value: Value | None) -> Any:
        data = spec.data
        kind = data["kind"]
        params = {k: v for k, v in data.items() if k not in samples.TEXT_KEYS and k not in ("kind", "after", "pad")}
        params = {k: tuple(v) if isinstance(v, list) else v for k, v in params.items()}
        if kind == "choices" and data["values"] == "instructions":
            params["values"] = tuple(self.order)
        if kind in ("part-pattern", "part-not-in"):
            split = next(c for c in before if isinstance(c, model.Split))
            params["part"] = split.parts.index(data["part"])
            params["separator"], params["parts"] = split.separator, len(split.parts)
        local = data.get("id", kind)
        ids = {c.rule.rpartition(".")[2]: c.rule for c in before}
        params["after"] = tuple(ids.get(name, name) for name in data.get("after", ()))
        check = samples.CHECKS[kind](rule=_full_id(place.prefix, local), **params)
        about = {"check": check, "value": value, "pad": data.get("pad", ""), "whenever": place.whenever}
        about["decides"] = data.get("values") == "instructions"
        self._text(spec, place, kind, local, **about)
        return check

    def _framing(self, spec: Spec) -> model.FramingCheck:
        data = spec.data
        params = {k: v for k, v in data.items() if k not in samples.TEXT_KEYS and k != "kind"}
        check: model.FramingCheck = samples.FRAMING[data["kind"]](rule=data["id"], **params)
        entity = data["id"].split(".")[0]
        place = Place(entity, entity, f"every {entity}", "", "", "", None, None, None)
        self._text(spec, place, data["kind"], data["id"], check=check)
        return check

    def _relation(self, spec: Spec) -> model.Relation:
        """One relation and its rule: one of its own, or one that is written elsewhere and gets more examples."""
        data = spec.data
        params = {k: v for k, v in data.items() if k not in samples.TEXT_KEYS and k != "kind"}
        params = {k: tuple(v) if isinstance(v, list) else v for k, v in params.items()}
        relation: model.Relation = samples.RELATIONS[data["kind"]](**{"rule": data.get("id"), **params})
        if "rule" in data:
            self._more_examples(spec, relation)
        else:
            self._text(spec, self._staged_place(data), data["kind"], data["id"], check=relation)
        return relation

    def _staged_place(self, relation: dict[str, Any]) -> Place:
        """Where the findings of a relation stand: at entries of one instruction, a member of them, or its lines."""
        records = {name: spec for file in self.crossing for name, spec in file["records"].items()}
        references = {name: spec for file in self.crossing for name, spec in file["references"].items()}
        entity = relation.get("record")
        if entity is None:
            reference = relation["reference"] if "reference" in relation else relation["references"][0]
            entity = references[reference].data["record"]
        line = self.instructions[records[entity].data["instruction"]].data["base"]
        member = relation.get("place", "")
        entry = f"/{samples.escape(self.top.data['payload'])}/*"
        pattern = "" if member == "/" else f"{entry}/{samples.escape(member)}" if member else entry
        return Place(entity, entity, f"every {entity}", "", pattern, "", line, line, None)

    def _more_examples(self, spec: Spec, relation: model.Relation) -> None:
        """Add the examples of a relation to the rule that it names."""
        rule = self.rules.get(relation.rule)
        if rule is None:
            near = [name for name in sorted(self.rules) if name.startswith(relation.rule.partition(".")[0])]
            self._tell(spec["rule"], f"`rule` names `{relation.rule}`, which is no rule", one_of(near, relation.rule))
            return
        maker = samples.Maker(None, None, "", rule.entity, model.kind_of(relation), check=relation)
        good, bad = maker.examples(spec.data.get("good"), spec.data.get("bad"))
        self.rules[rule.id] = samples.with_examples_of(rule, msgspec.structs.replace(rule, good=good, bad=bad))
        self._note_others(spec, rule.entity, model.kind_of(relation))

    # ------------------------------------------------------------------ an app's configuration

    def _app(self) -> model.AppRules:
        """What an app's configuration can say, and the checks that need one."""
        entries = [(name, spec) for file in self.app for name, spec in file["entries"].items()]
        checks = tuple(self._app_check(spec) for file in self.app for spec in file.list("checks"))
        for file in self.app:
            for spec in file.list("checks"):
                for name in spec.list("replaces"):
                    if name.data not in self.rules:
                        near = [rule for rule in sorted(self.rules) if rule.startswith(name.data.partition(".")[0])]
                        expected = one_of(near or sorted(self.rules), name.data)
                        self._tell(name, f"`replaces` names `{name.data}`, which is no rule", expected)
        return model.AppRules(
            entries=tuple(model.AppEntries(name=name, **spec.data) for name, spec in entries), checks=checks
        )

    def _app_check(self, spec: Spec) -> model.AppCheck:
        data = spec.data
        own = (*samples.TEXT_KEYS, "kind", "config", "files")
        params = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k not in own}
        check: model.AppCheck = samples.APP[data["kind"]](rule=data["id"], **params)
        entity = data["id"].split(".")[0]
        pattern = self._app_place(check)
        place = Place(entity, entity, f"every {entity}", "", pattern, pattern.replace("*", "0"), None, None, None)
        example = model.AppExample(config=data["config"], files=data.get("files", {}))
        self._text(spec, place, data["kind"], data["id"], check=check, app=example)
        return check

    def _app_place(self, check: model.AppCheck) -> str:
        """The JSON Pointer pattern of where a check looks; several places have none."""
        payload = samples.escape(self.top.data["payload"])
        match check:
            case model.ConfiguredGroups():
                return ""
            case model.ConfiguredValues(member=member) | model.DataSchema(member=member) if member:
                return f"/{payload}/*/{samples.escape(member)}"
            case _:
                return f"/{payload}/*"

    # ------------------------------------------------------------------ rules

    def _text(
        self,
        text: Spec | None,
        place: Place,
        kind: str,
        local: str,
        *,
        home: Spec | None = None,
        **about: Any,
    ) -> str:
        """Make one rule from its text and register it; its id.

        ``text`` is ``None`` for a rule of which the file writes nothing; ``home`` is then where the
        member stands. ``about`` is what ``samples.Maker`` wants to know to make examples.
        """
        written = text or home
        assert written is not None
        data: dict[str, Any] = text.data if text else {}
        rule_id = _full_id(place.prefix, data.get("id", local))
        defaults = self.top.data["defaults"].get(kind, {})
        check = about.get("check")
        words = {
            "member": place.noun,
            "entity": place.label,
            "type": TYPE_WORDS.get(about.get("type_name", ""), ""),
            "limit": _figure(getattr(check, "limit", "")),
            "values": ", ".join(f"`{v}`" for v in getattr(check, "values", ())),
        }
        sources = _sources(text.get("sources") if text else None) or _sources(place.sources)
        missing = [key for key in ("summary", "why", "fix") if key not in data and key not in defaults]
        missing += ["sources"] if not sources else []
        if missing:
            needs = " and ".join(f"`{key}`" for key in missing)
            self._tell(written, f"the rule `{rule_id}` lacks {needs}", _needed(missing, kind))
            return rule_id
        self._unfilled(text, kind, words)
        maker = samples.Maker(place.base, place.full, place.pointer, place.prefix, kind, **about)
        good, bad = maker.examples(data.get("good"), data.get("bad"))
        rule = Rule(
            id=rule_id,
            severity=data.get("severity", "error"),
            kind=kind,
            summary=_fill(data.get("summary", defaults.get("summary", "")), words),
            why=_fill(data.get("why", defaults.get("why", "")), words),
            fix=_fill(data.get("fix", defaults.get("fix", "")), words),
            since=data.get("since", "1.0.0"),
            sources=sources,
            good=good,
            bad=bad,
            defined_in=written.where,
            entity=place.entity,
            place=place.pattern,
            enabled=data.get("enabled", True),
            aliases=tuple(data.get("formerly", ())),
        )
        known = self.rules.get(rule_id)
        if known and known != rule:
            if (known.defined_in, known.place) == (rule.defined_in, rule.place):
                # One place of the envelope, seen from several instructions: it shows itself in each.
                self.rules[rule_id] = samples.with_examples_of(known, rule)
                return rule_id
            line = written.tree.line((*written.path, "id"))
            problem, expected = (
                f"the id `{rule_id}` is taken by the rule at rules/{known.defined_in}",
                "an `id` of its own",
            )
            if known.defined_in == rule.defined_in:
                problem = f"the id `{rule_id}` is the same in all places that have this type"
                expected = "an `id` without a dot, which each place puts its own name before"
            self.problems.append(Diagnostic(written.tree.file, line, problem, expected))
        else:
            self.rules[rule_id] = rule
            if text and (former := text.get("formerly")):
                self.former[rule_id] = former
            if text:
                self._note_others(text, place.prefix, kind)
        return rule_id

    def _note_others(self, text: Spec, prefix: str, kind: str) -> None:
        """Note the rules that examples say they break beside their own: not all rules are made yet."""
        for example in (*text.list("good"), *text.list("bad")):
            # What has no form of its own is a value as it stands, whatever its members are called.
            formed = kind in samples.CHANGING or kind in samples.OF_FILES
            if isinstance(example.data, dict) and (formed or "value" in example.data):
                names = example.get("breaks")
                self.others += [(names, _full_id(prefix, name)) for name in names.data] if names else []

    def _unfilled(self, text: Spec | None, kind: str, words: dict[str, str]) -> None:
        """Placeholders of a rule's text that have no value: unknown ones, or a limit of what has none."""
        for key in ("summary", "why", "fix"):
            spec = text.get(key) if text else None
            if spec is None:
                defaults = self.top["defaults"].get(kind)
                spec = defaults.get(key) if defaults else None
            for name in _PLACEHOLDER.findall(spec.data) if spec else ():
                if spec and not words.get(name):
                    given = ", ".join(f"{{{word}}}" for word, value in words.items() if value)
                    self._tell(spec, f"nothing to put for `{{{name}}}` of a `{kind}` rule", given)

    def _tell(self, spec: Spec, problem: str, expected: str) -> None:
        """A diagnostic at a node of a rule file. One of a type that has several places is told once."""
        if (spec.tree.file, spec.path) not in self.told:
            self.told.add((spec.tree.file, spec.path))
            line = spec.tree.line(spec.path)
            self.problems.append(Diagnostic(spec.tree.file, line, problem, expected))

    def _other_rules(self) -> None:
        """What examples say that they break beside their own rule must be rules."""
        for spec, name in self.others:
            if name not in self.rules:
                near = [rule for rule in sorted(self.rules) if rule.startswith(name.rpartition(".")[0])]
                self._tell(spec, f"`breaks` names `{name}`, which is no rule", one_of(near, name))

    def _former_ids(self) -> None:
        """Former ids that another rule has, or had."""
        owners = {rule_id: rule_id for rule_id in self.rules}
        for rule_id, spec in self.former.items():
            for alias in spec.data:
                owner = owners.setdefault(alias, rule_id)
                if owner != rule_id or alias == rule_id:
                    problem = f"`formerly` names `{alias}`, which is an id of the rule `{owner}`"
                    self._tell(spec, problem, "whole ids that no rule has any more")


def _needed(missing: list[str], kind: str) -> str:
    """Where the texts and the sources that a rule lacks may stand."""
    if kind in samples.OF_FILES or kind in samples.APP:
        return "all of it here"
    texts = " and ".join(f"`{key}`" for key in missing if key != "sources")
    places = [f"{texts} here, or for all `{kind}` rules in `defaults` of ruleset.yaml"] if texts else []
    places += ["`sources` here, or for the whole member"] if "sources" in missing else []
    return "; ".join(places)


def _next_lower(spec: Spec, checks: list[tuple[Spec, Place]]) -> tuple[str, ...]:
    """Of several limits of one kind, the rule of the next lower one: a value at this limit is past it."""
    limit = spec.data.get("limit", 0)
    lower = [
        (other.data["limit"], _full_id(place.prefix, other.data.get("id", other.data["kind"])))
        for other, place in checks
        if other.data["kind"] == spec.data["kind"] and other.data.get("limit", limit) < limit
        if other.data.get("enabled", True)
    ]
    return (max(lower)[1],) if lower else ()


def _full_id(prefix: str, local: str) -> str:
    return local if "." in local else f"{prefix}.{local}"


def _named(cls: type[_Node], name: str, spec: Spec) -> _Node:
    """A record or a reference, which a rule file writes under its name."""
    return msgspec.convert({**spec.data, "name": name}, cls)


def _sources(spec: Spec | None) -> tuple[Source, ...]:
    return () if spec is None else tuple(Source(**source) for source in spec.data)


def _figure(number: object) -> str:
    return f"{number:,}" if isinstance(number, int) else str(number)


def _fill(text: str, words: dict[str, str]) -> str:
    """Put the words into a text's placeholders; a sentence starts with a capital."""
    filled = re.sub(r"`?\{(member|entity|type|limit|values)\}`?", lambda m: words[m[1]], text)
    return re.sub(r"(^|[.] )([a-z])", lambda m: m[1] + m[2].upper(), filled) if "{" in text else filled
