// ajv takes every schema in its strictest mode and judges the rules' examples as the rules do.
import assert from "node:assert/strict";
import test from "node:test";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import { read, schemas } from "./schemas.mjs";

const { cases, editorKeywords } = read("cases.json");

const compile = (name) => {
  const told = [];
  const tell = (message) => told.push(message);
  const Class = (name.includes("draft-07") ? Ajv : Ajv2020).default;
  const ajv = new Class({ strict: true, logger: { log: tell, warn: tell, error: tell } });
  if (name.includes("editor")) ajv.addVocabulary(editorKeywords);
  const validate = ajv.compile(schemas[name]);
  assert.deepEqual(told, []);
  return validate;
};

for (const name of Object.keys(schemas)) {
  test(`${name} compiles in strict mode without a warning`, () => compile(name));
}

for (const name of Object.keys(schemas).filter((name) => !name.includes("array"))) {
  test(`${name} gives the rules' examples their verdict`, () => {
    const validate = compile(name);
    const variant = name.includes("errors") ? "errors" : "strict";
    const wrong = cases.filter((one) => one[variant] !== null && validate(one.line) !== one[variant]);
    assert.deepEqual(wrong.map((one) => one.name), []);
  });
}
