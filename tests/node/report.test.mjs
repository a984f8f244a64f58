// The HTML report in a real browser: nothing in it runs, loads or asks; people can use it.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = process.env.REPORTS;
const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const ELEMENTS = new Set(("html head meta link title style body script header nav main section footer div p span a strong br wbr " +
  "h1 h2 h3 ul ol li dl dt dd table thead tbody tr th td code pre mark time figure figcaption details summary " +
  "form label input fieldset legend button svg g rect").split(" "));

let browser;
let server;
let origin;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  server = createServer((request, response) => {
    const name = decodeURIComponent(request.url.slice(1));
    response.writeHead(pages.includes(name) ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
    response.end(pages.includes(name) ? readFileSync(join(folder, name)) : "");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
});

after(async () => {
  await browser.close();
  server.close();
});

// A page, and everything that it did which a report must not do.
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const did = [];
  page.on("dialog", (dialog) => { did.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  page.on("console", (message) => did.push(`console ${message.type()} ${message.text()}`));
  page.on("pageerror", (error) => did.push(`error ${error}`));
  page.on("request", (request) => { if (request.url() !== url && request.url() !== "data:,") did.push(`request ${request.url()}`); });
  page.on("popup", () => did.push("popup"));
  page.on("download", () => did.push("download"));
  page.on("framenavigated", (frame) => { if (frame.url().split("#")[0] !== url) did.push(`navigated ${frame.url()}`); });
  await page.goto(url);
  return { page, did, close: () => context.close() };
}

for (const name of pages) {
  describe(name, () => {
    for (const scheme of name === "broken.html" ? ["http", "file"] : ["file"]) {
      test(`nothing in it runs, loads or asks (${scheme})`, async () => {
        const url = scheme === "http" ? `${origin}/${name}` : pathToFileURL(join(folder, name)).href;
        const { page, did, close } = await open(url);
        await page.evaluate(() => {
          for (const node of document.querySelectorAll("details")) node.open = true;
          for (const node of document.querySelectorAll("body *")) {
            for (const kind of ["mouseover", "focus", "load", "error", "toggle", "begin", "animationstart"]) node.dispatchEvent(new Event(kind));
          }
        });
        await page.waitForTimeout(200);
        assert.deepEqual(did, []);
        assert.equal(await page.evaluate(() => window.pwned), undefined);
        const found = await page.evaluate(() => [...document.querySelectorAll("*")].map((node) => [
          node.localName, ...node.getAttributeNames().filter((key) => /^(on|style$|src$|srcset|srcdoc|action|formaction|ping)/.test(key)),
          ...(node.hasAttribute("href") && !/^(#|data:,$)/.test(node.getAttribute("href")) ? [node.getAttribute("href")] : []),
        ]));
        assert.deepEqual(found.filter(([element, ...attributes]) => attributes.length || !ELEMENTS.has(element)), []);
        // Text cannot hide or reorder what stands around it.
        const text = await page.evaluate(() => document.documentElement.textContent);
        assert.equal(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\u{e0000}-\u{e007f}]/u.test(text), false);
        await close();
      });
    }

    if (name === "several.html") return; // it only has more of what the others have, which takes long

    for (const [what, options] of [
      ["on a desktop, light", { colorScheme: "light" }],
      ["on a phone, dark", { colorScheme: "dark", viewport: { width: 320, height: 640 } }],
    ]) {
      test(`axe finds nothing, and nothing is cut off, ${what}`, async () => {
        const { page, close } = await open(`${origin}/${name}`, options);
        await page.evaluate(axe);
        const found = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
        assert.deepEqual(found.violations.map((v) => [v.id, v.help, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200))]), []);
        const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(wide <= room, `${wide} > ${room}`);
        await close();
      });
    }
  });
}

describe("broken.html", () => {
  const url = () => `${origin}/broken.html`;

  test("it can be searched and filtered", async () => {
    const { page, did, close } = await open(url());
    const shown = () => page.locator(".rule:visible").evaluateAll((nodes) => nodes.map((node) => node.id));
    const all = await shown();
    assert.ok(all.length > 40);
    assert.match(await page.locator("#status").textContent(), /^54 of 54 findings on this page, 50 of 50 rules$/);
    await page.fill("#search", "meeting:180 offset");
    assert.deepEqual(await shown(), ["rule-activity.time.no-offset"]);
    assert.equal(await page.locator(".rule li:visible").count(), 1);
    assert.match(await page.locator("#status").textContent(), /^1 of 54 /);
    await page.fill("#search", "no such thing");
    assert.deepEqual(await shown(), []);
    assert.ok(await page.locator("#none").isVisible());
    await page.press("#search", "Escape");
    assert.deepEqual(await shown(), all);
    assert.equal(await page.locator(".rule[open]").count(), 6, "what was folded is folded again");
    await page.getByLabel("35 errors").uncheck();
    assert.ok((await page.locator(".rule:visible").evaluateAll((nodes) => nodes.map((node) => node.dataset.severity))).every((s) => s !== "error"));
    await page.getByRole("button", { name: "Unfold all" }).click();
    assert.equal(await page.locator(".rule:visible:not([open])").count(), 0);
    assert.deepEqual(did, []);
    await close();
  });

  test("a chart has its figures beside it, for whoever cannot see it", async () => {
    const { page, close } = await open(url());
    for (const name of ["times", "sizes"]) {
      const section = page.locator(`#${name}`);
      assert.ok((await section.getByRole("img").first().getAttribute("role")) && (await section.locator("svg > title").first().textContent()).length > 20);
      const figures = section.locator("summary").first();
      assert.equal(await section.locator("table").first().isVisible(), false);
      await figures.focus();
      await page.keyboard.press("Enter");
      assert.ok(await section.locator("table").first().isVisible());
    }
    await close();
  });

  test("a link to a rule unfolds it, though it was filtered out", async () => {
    const { page, close } = await open(url());
    await page.getByRole("button", { name: "Fold all", exact: true }).click();
    await page.fill("#search", "no such thing");
    await page.locator("#fix a").first().click();
    const rule = page.locator("#rule-activity\\.time\\.no-offset");
    await rule.locator("li").first().waitFor({ state: "visible" });
    assert.ok(await rule.locator("summary").evaluate((node) => node === document.activeElement));
    await close();
  });

  test("the keyboard reaches everything", async () => {
    const { page, close } = await open(url());
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the findings");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "search");
    await page.keyboard.type("offset");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    assert.equal(await page.getByLabel("35 errors").isChecked(), false);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Escape");
    const first = page.locator(".rule:visible > summary").first();
    await first.focus();
    const was = await first.evaluate((node) => node.parentElement.open);
    await page.keyboard.press("Enter");
    assert.equal(await first.evaluate((node) => node.parentElement.open), !was);
    const outline = await first.evaluate((node) => getComputedStyle(node).outlineStyle);
    assert.notEqual(outline, "none");
    await close();
  });

  test("it is complete without its script", async () => {
    const { page, did, close } = await open(url(), { javaScriptEnabled: false });
    assert.ok(await page.locator("h1").isVisible());
    assert.equal(await page.locator("#filter").isVisible(), false);
    assert.equal(await page.locator(".rule > ol > li").count(), 54);
    assert.deepEqual(did.filter((what) => !what.startsWith("console")), []);
    await close();
  });

  test("a screen reader hears its landmarks and headings", async () => {
    const { page, close } = await open(url());
    for (const role of ["banner", "navigation", "main", "search", "contentinfo", "status"]) {
      assert.equal(await page.getByRole(role).count(), 1, role);
    }
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "✗ 35 errors would make the import fail.");
    const sections = await page.getByRole("heading", { level: 2 }).allTextContents();
    assert.deepEqual(sections, ["Fix first", "The file", "Where they lie", "Findings by rule", "Findings", "Entries by instruction", "Activities over time",
      "Entry sizes against the limit", "Feed groups (6)"]);
    assert.match(await page.getByRole("img").first().locator("title").first().textContent(), /^Most are in lines? [\d,]+( to [\d,]+)?: /);
    await close();
  });
});
