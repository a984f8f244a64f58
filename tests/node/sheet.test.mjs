// The CSV report in a spreadsheet reader: as many rows as findings, and no formula.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import XLSX from "xlsx";

const folder = process.env.REPORTS;

for (const name of readdirSync(folder).filter((file) => file.endsWith(".csv"))) {
  const rows = Number(readFileSync(join(folder, name.replace(".csv", ".rows")), "utf-8"));
  for (const separator of [",", ";"]) {
    test(`${name} has no formula, separated by ${separator}`, () => {
      const { Sheets, SheetNames } = XLSX.read(readFileSync(join(folder, name)), { type: "buffer", FS: separator });
      const sheet = Sheets[SheetNames[0]];
      const cells = Object.entries(sheet).filter(([key]) => !key.startsWith("!"));
      assert.deepEqual(cells.filter(([, cell]) => cell.f !== undefined), []);
      const risky = cells.filter(([, cell]) => cell.t === "s" && /^[=+\-@\t\r]/.test(cell.v));
      assert.deepEqual(risky, []);
      if (separator === ",") {
        const read = XLSX.utils.sheet_to_json(sheet);
        assert.equal(read.length, rows);
        assert.ok(read.every((row) => ["error", "warning", "info"].includes(row.severity) && row.rule));
      }
    });
  }
}
