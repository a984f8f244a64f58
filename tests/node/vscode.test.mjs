// VS Code's engine on a .json file with an array of instructions: messages and their ranges, hovers, completions.
import assert from "node:assert/strict";
import test from "node:test";
import languageService from "vscode-json-languageservice";
import { schemaOf } from "./schemas.mjs";

const { getLanguageService, TextDocument } = languageService;

for (const draft of ["2020-12", "draft-07"]) {
  const schema = draft === "draft-07" ? schemaOf("array.editor", draft) : schemaOf("array.editor");
  const service = getLanguageService({ schemaRequestService: (uri) => Promise.reject(`asked for ${uri}`) });
  service.configure({ schemas: [{ uri: schema.$id, fileMatch: ["*.json"], schema }] });

  const opened = (text) => {
    const document = TextDocument.create("file:///import.json", "json", 1, text);
    return [document, service.parseJSONDocument(document)];
  };

  /** The mistakes in a text: of each the piece that is underlined and the message. */
  const mistakes = async (text) => {
    const [document, json] = opened(text);
    const found = await service.doValidation(document, json);
    return found.map(({ range, message }) => ({ at: document.getText(range), message }));
  };

  /** Asks the service about the place of the "|" in a text. */
  const ask = (what, text) => {
    const [document, json] = opened(text.replace("|", ""));
    return service[what](document, document.positionAt(text.indexOf("|")), json);
  };
  const hover = async (text) => (await ask("doHover", text)).contents.join("\n");
  const completions = async (text) => (await ask("doComplete", text)).items.map((item) => item.label).sort();

  const line = (instruction) => {
    const snippet = schema.items.defaultSnippets.find(({ label }) => label === instruction);
    return JSON.parse(snippet.bodyText.replace(/\\(.)/g, "$1"));
  };

  /** A file with one line of an instruction after a change to it. */
  const file = (instruction, change = () => {}) => {
    const changed = line(instruction);
    change(changed);
    return JSON.stringify([changed], null, 2);
  };

  const names = ["add_activities", "collections", "follow", "reactions", "users"];

  test(`${draft}: the snippets have no mistake`, async () => {
    for (const name of names) assert.deepEqual(await mistakes(file(name)), []);
  });

  const table = [
    ["a misspelt instruction", "add_activities", (l) => { l.instruction = "add_activity"; }, '"add_activity"', /must be one of `add_activities`, `follow`.*\[envelope\.instruction\.unknown\]$/],
    ["a missing feed", "follow", (l) => { delete l.feedId; }, "{", /^Missing property "feedId"\.$/],
    ["a feed without a group", "follow", (l) => { l.feedId = "bob"; }, '"bob"', /^A feed id is a group and an id with one colon.*follow\.feedId\.format/],
    ["a number for a time", "add_activities", (l) => { l.data[0].time = 1682933400; }, "1682933400", /Write the instant as a string.*\[activity\.time\.type\]$/],
    ["a date that does not exist", "add_activities", (l) => { l.data[0].time = "2023-02-30T09:30:00Z"; }, '"2023-02-30T09:30:00Z"', /\[activity\.time\.format\]$/],
    ["a missing member", "add_activities", (l) => { delete l.data[0].verb; }, "{", /^Missing property "verb"\.$/],
    ["an empty member", "add_activities", (l) => { l.data[0].verb = ""; }, '""', /^`verb` of every activity must not be empty\./],
    ["a number for an actor", "add_activities", (l) => { l.data[0].actor = 17; }, "17", /Put the number in quotes\. \[activity\.actor\.coerced\]$/],
    ["a feed with a token", "add_activities", (l) => { l.data[0].to = ["user:bob abc"]; }, '"user:bob abc"', /^A target is a feed id, without a token\./],
    ["a reserved name", "add_activities", (l) => { l.data[0].site_id = 17; }, "17", /\[activity\.reserved-field\]$/],
    ["a name with a dot", "add_activities", (l) => { l.data[0]["a.b"] = 17; }, '"a.b"', /\[activity\.dotted-field\]$/],
    ["an incomplete reference", "add_activities", (l) => { l.data[0].object = "SO:pizza"; }, '"SO:pizza"', /for instance `SO:food:pizza`/],
    ["a feed that can't be followed", "follow", (l) => { l.data = ["notification:tim"]; }, '"notification:tim"', /^The followed feed is a flat feed\./],
    ["a feed where none belongs", "users", (l) => { l.feedId = "user:bob"; }, '"user:bob"', /^A `users` line has no `feedId`\./],
    ["a reaction to nothing", "reactions", (l) => { delete l.data[0].activity_id; }, "{", /^Missing property "activity_id"\.$/],
    ["half a pair", "reactions", (l) => { delete l.data[0].activity_id; l.data[0].activity_foreign_id = "post:1"; }, "{", /^Missing property "activity_time"\.$/],
    ["an unknown member", "reactions", (l) => { l.data[0].text = "So cute"; }, '"text"', /^Property text is not allowed\.$/],
    ["data without entries", "users", (l) => { l.data = []; }, "[]", /^`data` should have at least one entry\./],
  ];
  for (const [what, instruction, change, at, message] of table) {
    test(`${draft}: ${what} is one mistake in its place`, async () => {
      const found = await mistakes(file(instruction, change));
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.equal(found[0].at, at);
      assert.match(found[0].message, message);
    });
  }

  test(`${draft}: a hover tells of a member`, async () => {
    const text = await hover(file("add_activities").replace('"verb"', '"ve|rb"'));
    assert.match(text, /^What the actor did\./);
    assert.match(text, /\[activity\.verb\.not-empty\]\(https:/);
  });

  test(`${draft}: a hover tells of a member with a mistake too`, async () => {
    const text = await hover(file("add_activities", (l) => { l.data[0].actor = {}; }).replace('"actor"', '"act|or"'));
    assert.match(text, /^Who performed the activity/);
  });

  test(`${draft}: a hover tells of the instruction that stands there, not of the first`, async () => {
    const text = await hover(file("users").replace('"users"', '"us|ers"'));
    assert.match(text, /`users`: \*\*Users\.\*\* Adds users/);
    assert.match(await hover(file("users").replace("{", "{|")), /^Users\s+Adds users to the app/);
  });

  test(`${draft}: whole lines are offered in the array`, async () => {
    assert.deepEqual(await completions("[|]"), names);
  });

  test(`${draft}: the five instructions are offered for the member`, async () => {
    assert.deepEqual(await completions('[{"instruction": |}]'), names.map((name) => `"${name}"`));
  });

  test(`${draft}: a feed is offered where it belongs, and nowhere else`, async () => {
    assert.deepEqual(await completions("[{|}]"), ["instruction"]);
    for (const name of ["add_activities", "follow"]) {
      assert.deepEqual(await completions(`[{"instruction": "${name}", "|"}]`), ["data", "feedId"]);
    }
    for (const name of ["collections", "reactions", "users"]) {
      assert.deepEqual(await completions(`[{"instruction": "${name}", "|"}]`), ["data"]);
    }
  });

  test(`${draft}: the members of an entry are offered, but no reserved ones`, async () => {
    const offered = await completions('[{"instruction": "add_activities", "data": [{"|"}]}]');
    assert.deepEqual(offered, ["actor", "foreign_id", "object", "target", "time", "to", "verb"]);
  });
}
