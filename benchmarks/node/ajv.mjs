// `node ajv.mjs FILE SCHEMA`: ajv, compiled to standalone code, over a file of JSON Lines.
// Prints what benchmarks/judge.py prints: {"seconds", "lines", "wrong"}.

import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import Ajv from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";

const [file, schema] = process.argv.slice(2);
const require = createRequire(import.meta.url);

// The code is written beside the packages that it asks for, which it finds by NODE_PATH nowhere else.
const ajv = new Ajv.default({ code: { source: true, optimize: true }, strict: false });
const code = standalone.default(ajv, ajv.compile(JSON.parse(fs.readFileSync(schema, "utf8"))));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ajv-"));
const compiled = path.join(folder, "validate.cjs");
fs.writeFileSync(compiled, code.replaceAll(/require\("(ajv[^"]*)"\)/g, (_, name) => `require(${JSON.stringify(require.resolve(name))})`));
const validate = require(compiled);
fs.rmSync(folder, { recursive: true });

let lines = 0;
let wrong = 0;
const judge = (line) => {
  lines++;
  try {
    if (!validate(JSON.parse(line))) wrong++;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    wrong++;
  }
};

const began = process.hrtime.bigint();
const input = fs.openSync(file);
const block = Buffer.allocUnsafe(4 << 20);
let rest = [];
for (let length; (length = fs.readSync(input, block)) > 0; ) {
  let start = 0;
  for (let end; (end = block.indexOf(10, start)) >= 0 && end < length; start = end + 1) {
    if (rest.length) {
      rest.push(Buffer.from(block.subarray(start, end)));
      judge(Buffer.concat(rest).toString("utf8"));
      rest = [];
    } else {
      judge(block.toString("utf8", start, end));
    }
  }
  if (start < length) rest.push(Buffer.from(block.subarray(start, length)));
}
if (rest.length) judge(Buffer.concat(rest).toString("utf8"));
console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - began) / 1e9, lines, wrong }));
