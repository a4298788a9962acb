// What the pages of the folders given have to be in a browser: nothing is fetched, no policy is violated, nothing is wider
// than the window, axe finds nothing serious, and filter, sorting, details and paper do what they should.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const puppeteer = require("puppeteer-core");
const axe = require("axe-core");

const WIDTHS = [400, 1280, 1920];
// The reviews that are opened without their script as well; the others differ from these in texts alone.
const WITHOUT_SCRIPT = ["sample", "every-source"];
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

function executable() {
  const folders = process.env.PATH.split(path.delimiter);
  const paths = BROWSERS.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return paths.find((file) => fs.existsSync(file));
}

// Opens a page, and gathers whatever it should not do.
async function open(browser, file, hasScript) {
  const page = await browser.newPage();
  const faults = [];
  const url = `file://${file}`;
  page.on("console", (message) => faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => request.url() === url || faults.push(`a request: ${request.url()}`));
  await page.setJavaScriptEnabled(hasScript);
  await page.goto(url);
  return { page, faults };
}

// Tables scroll in boxes of their own; where there is room they need not.
async function checkWidths(page, name) {
  for (const width of WIDTHS) {
    await page.setViewport({ width, height: 1000 });
    const [body, boxes] = await page.evaluate(() => {
      const isWide = (box) => box.offsetParent && box.scrollWidth > box.clientWidth;
      const boxes = [...document.querySelectorAll(".scroll")].filter(isWide);
      return [document.documentElement.scrollWidth, boxes.map((box) => box.closest("section").id)];
    });
    assert.ok(body <= width, `${name} at ${width}: the body is ${body} wide`);
    assert.ok(width === 400 || boxes.length === 0, `${name} at ${width}: tables scroll: ${boxes}`);
  }
}

async function checkAccess(page, name) {
  for (const [scheme, width] of [["light", 1280], ["dark", 400]]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setViewport({ width, height: 1000 });
    const { violations } = await page.evaluate(() => window.axe.run());
    const serious = violations.filter((it) => ["serious", "critical"].includes(it.impact));
    const told = serious.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).slice(0, 3)}`);
    assert.deepEqual(told, [], `${name} at ${width}, ${scheme}`);
  }
  await page.emulateMediaFeatures([]);
}

// The rows of the first table that are seen, by the text of a column.
const seen = (page, column) =>
  page.evaluate((column) => {
    const bodies = [...document.querySelector("table.rows").tBodies];
    const visible = bodies.filter((body) => body.offsetHeight > 0);
    return visible.map((body) => body.rows[0].cells[column].textContent.trim());
  }, column);

async function checkTools(page, name) {
  await page.setViewport({ width: 1280, height: 1000 });
  const heads = await page.$$eval("table.rows:first-of-type thead th", (all) => all.map((it) => it.textContent));
  const column = heads.indexOf("Time");
  const all = await seen(page, column);
  const field = await page.$(".tools input");
  await field.type("ＤＥＬＥＴＥＤ 2025-02");
  const some = await seen(page, column);
  assert.ok(some.length > 0 && some.length < all.length, `${name}: the filter shows ${some.length}`);
  assert.ok(some.every((time) => time.startsWith("2025-02")), `${name}: ${some}`);
  const told = await page.$eval(".tools output", (output) => output.textContent);
  assert.ok(told.startsWith(`${some.length} of ${all.length} rows`), told);
  await field.click({ clickCount: 3 });
  await field.type("<img src=x onerror=alert(1)>");
  assert.deepEqual(await seen(page, column), []);
  assert.equal(await page.$("img"), null);
  await field.click({ clickCount: 3 });
  await page.keyboard.press("Backspace");
  assert.deepEqual(await seen(page, column), all);
  for (const direction of ["ascending", "descending"]) {
    await page.focus(`thead th:nth-child(${column + 1}) button`);
    await page.keyboard.press("Enter");
    const sorted = [...all].sort();
    assert.deepEqual(await seen(page, column), direction === "ascending" ? sorted : sorted.reverse());
    const told = await page.$eval(`thead th:nth-child(${column + 1})`, (head) => head.getAttribute("aria-sort"));
    assert.equal(told, direction);
  }
  await page.keyboard.press("Enter");
  assert.deepEqual(await seen(page, column), all, `${name}: the third time, rows are as they were`);
  await page.click(".tools button");
  const closed = await page.$$eval("tr.details", (rows) => rows.filter((row) => row.offsetHeight === 0).length);
  assert.equal(closed, 0, `${name}: ${closed} rows keep their details`);
}

// Numbers are sorted as numbers, and what is not there comes last.
async function checkNumbers(page, name) {
  const heads = await page.$$eval("table.rows:first-of-type thead th", (all) => all.map((it) => it.textContent));
  const column = heads.indexOf("Exposure");
  await page.click(`thead th:nth-child(${column + 1}) button`);
  const bodies = "table.rows:first-of-type tbody";
  const keys = await page.$$eval(bodies, (all, at) => all.map((it) => it.rows[0].cells[at].dataset.key), column);
  const numbers = keys.filter((key) => key !== null).map(Number);
  assert.ok(numbers.length > 1 && numbers.length < keys.length, `${name}: ${keys}`);
  assert.deepEqual(keys.slice(0, numbers.length).map(Number), [...numbers].sort((a, b) => a - b));
}

async function checkWithoutScript(page, name) {
  await page.setViewport({ width: 1280, height: 1000 });
  const tools = await page.$$eval(".tools", (all) => all.filter((it) => it.offsetHeight > 0).length);
  assert.equal(tools, 0, `${name}: what does nothing is shown`);
  const hidden = await page.$$eval("table.rows tbody", (all) => all.filter((it) => it.offsetHeight === 0).length);
  assert.equal(hidden, 0, `${name}: ${hidden} rows are hidden`);
  const details = () => page.$eval("tr.details", (row) => row.offsetHeight);
  if (await page.$("tr.details")) {
    assert.equal(await details(), 0);
    await page.click("td.more summary");
    assert.ok((await details()) > 0, `${name}: a row does not open`);
    await page.click("td.more summary");
  }
}

async function checkPaper(page, name) {
  const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const boxes = [...pdf.matchAll(/\/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/gu)];
  assert.ok(boxes.length > 0, `${name}: there is no paper`);
  for (const [, width, height] of boxes) assert.ok(Number(width) > Number(height), `${name}: ${width} x ${height}`);
}

async function main(folders) {
  const isRoot = process.getuid?.() === 0;
  const args = isRoot ? ["--no-sandbox"] : [];
  const browser = await puppeteer.launch({ executablePath: executable(), args });
  let count = 0;
  for (const folder of folders) {
    const names = fs.readdirSync(folder).filter((name) => name.endsWith(".html"));
    assert.ok(names.length > 0, folder);
    for (const file of names) {
      const name = path.join(path.basename(folder), file);
      for (const hasScript of WITHOUT_SCRIPT.includes(path.basename(folder)) ? [true, false] : [true]) {
        const { page, faults } = await open(browser, path.join(folder, file), hasScript);
        await checkWidths(page, name);
        if (hasScript) {
          if (name === "sample/changes.html") await checkTools(page, name);
          if (name === "sample/removals.html") await checkNumbers(page, name);
          await checkPaper(page, name);
          assert.deepEqual(faults, [], name);
          await page.evaluate(axe.source);
          await checkAccess(page, name);
        } else {
          await checkWithoutScript(page, name);
        }
        assert.deepEqual(faults, [], name);
        await page.close();
        count += 1;
      }
    }
  }
  await browser.close();
  console.log(`${count} openings of pages are as they should be`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
