// What both checks read: the schemas and cases that tests/test_schema_clients.py has written to $SCHEMAS.
import fs from "node:fs";
import path from "node:path";

const folder = process.env.SCHEMAS;

export const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf-8"));

/** The schemas by file name. */
export const schemas = Object.fromEntries(
  fs.readdirSync(folder).filter((name) => name.endsWith(".schema.json")).map((name) => [name, read(name)]),
);

/** The only schema whose file name has all these words, and "draft-07" only if it is among them. */
export const schemaOf = (...words) => {
  const fits = (name) => words.every((word) => name.includes(word)) && name.includes("draft-07") === words.includes("draft-07");
  return schemas[Object.keys(schemas).find(fits)];
};
