// Starts the built binary with its demo business, and a browser to walk through it.
//
// Every page that a walk visits is held against axe (WCAG 2.2 AA) and against sideways scrolling; whatever the browser's
// console calls an error fails the walk, so a broken policy or script does not pass unseen.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The demo, as the README starts it, on a port of its own. */
export async function startDemo() {
  const data = mkdtempSync(join(tmpdir(), "owed-e2e-"));
  const binary = process.env.OWED_BINARY;
  assert.ok(binary, "OWED_BINARY names the built binary; `cargo xtask test` sets it");
  const server = spawn(binary, ["demo", "--listen", "127.0.0.1:0", "--data", data], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`owed ended with ${code} before it listened`)));
    createInterface({ input: server.stdout }).on("line", (line) => {
      const found = line.match(/^listening on (\S+)$/);
      if (found) resolve(found[1]);
    });
  });
  const stop = async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
  };
  return { url, data, binary, stop, remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** Headless Chromium with nothing in the background. */
export async function startBrowser() {
  const executablePath = process.env.OWED_TEST_CHROMIUM ?? "/usr/bin/chromium";
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}

// What a person presses: a pointer on anything, and Enter where it sends. Typing, and Tab to the next field, are not counted.
const COUNTING = `
  addEventListener("pointerdown", (event) => event.isTrusted && owedPressed(), true);
  addEventListener("keydown", (event) => event.isTrusted && event.key === "Enter" && owedPressed(), true);
`;

/** The clicks of a job as `docs/desks.md` says them. */
export function documented(desk, job) {
  const text = readFileSync(fileURLToPath(new URL("../docs/desks.md", import.meta.url)), "utf8");
  const row = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim())).find((cells) => cells[1] === desk && cells[2] === job);
  assert.ok(row, `docs/desks.md has no row for desk ${desk}: ${job}`);
  return Number(row[3]);
}

/** A browser window of its own, with its own cookies, that notes every error of its console and counts what is pressed. */
export async function openWindow(browser, viewport, options = {}) {
  const context = await browser.newContext({ viewport, acceptDownloads: true, reducedMotion: "reduce", ...options });
  let pressed = 0;
  await context.exposeBinding("owedPressed", () => {
    pressed += 1;
  });
  await context.addInitScript({ content: axeSource });
  await context.addInitScript({ content: COUNTING });
  const errors = [];
  const watch = (page) => {
    page.on("console", (message) => message.type() === "error" && errors.push(`${page.url()}: ${message.text()}`));
    page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  };
  context.on("page", watch);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const clicks = {
    /** How many since this was asked last. */
    take() {
      const count = pressed;
      pressed = 0;
      return count;
    },
    /** Chooses from a list, which takes one click for the person who knows its first letter. */
    async choose(field, value) {
      await page.selectOption(field, value);
      pressed += 1;
    },
  };
  return { page, context, errors, clicks };
}

/** The page is fit for everybody, and nothing sticks out of it sideways. */
export async function fit(page) {
  const found = await page.evaluate(async (tags) => {
    const result = await globalThis.axe.run(document, { runOnly: { type: "tag", values: tags } });
    return result.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  }, RULES);
  assert.deepEqual(found, [], `axe on ${page.url()}`);
  const { wide, window } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: innerWidth }));
  assert.ok(wide <= window, `${page.url()} is ${wide} px wide in a window of ${window}`);
}

/** Staff of the demo sign in. */
export async function signIn(page, demo) {
  await page.goto(`${demo.url}/admin`);
  await fit(page);
  await page.fill('input[name="email"]', "owner@harbor-and-oak.example");
  await page.fill('input[name="password"]', "demo-demo-demo");
  await page.press('input[name="password"]', "Enter");
  await page.waitForURL(`${demo.url}/admin`);
  await fit(page);
}

/** Presses an action of the page; it opens over the page, or at a page of its own where that is all there is. */
export async function press(page, name) {
  await page.locator("main").getByRole("link", { name, exact: true }).first().click();
  await page.locator("dialog[open] form, main form.form").first().waitFor();
  await fit(page);
}

/** Sends the open form and waits for the page it leads to. */
export async function save(page, button) {
  const form = page.locator("dialog[open] form, main form").filter({ has: page.getByRole("button", { name: button }) }).first();
  await Promise.all([page.waitForEvent("load"), form.getByRole("button", { name: button }).click()]);
  await fit(page);
}

/** A new customer, from any staff page. Answers the address of its page. */
export async function newCustomer(page, name, email) {
  await page.goto(new URL("/admin", page.url()).href);
  await press(page, "New customer");
  await page.fill('[name="name"]', name);
  if (email) await page.fill('[name="email"]', email);
  await save(page, "Save");
  return page.url().split("?")[0];
}

/** A confirmed order of one line, from its customer's page. Answers the address of its page. */
export async function order(page, what, amount) {
  await press(page, "New order");
  await page.locator('[name="description"]').first().fill(what);
  await page.locator('[name="unit_amount"]').first().fill(amount);
  await page.selectOption('[name="state"]', "confirmed");
  await save(page, "Save order");
  return page.url().split("?")[0];
}

/** An invoice of one line for a customer; `then` is the button it is sent by. Answers the address of its page. */
export async function invoice(page, customer, what, amount, then) {
  await page.goto(customer);
  await press(page, "New invoice");
  await page.locator('[name="description"]').first().fill(what);
  await page.locator('[name="unit_amount"]').first().fill(amount);
  await save(page, new RegExp(`^${then}$`));
  return page.url().split("?")[0];
}

/** From a customer's page: a card is saved on the processor's page. */
export async function keepCard(page, number) {
  await page.locator('section[aria-labelledby="methods"]').getByRole("button", { name: "Add" }).click();
  await page.waitForURL(/\/sandbox\//);
  await fit(page);
  await payByCard(page, number);
  await page.waitForURL(/\/admin\/customers\//);
  await fit(page);
  assert.match(await page.locator('section[aria-labelledby="methods"]').innerText(), new RegExp(`ending ${number.slice(-4)}`));
}

/** The checker of the books finds nothing in what the walk left behind. */
export function booksAgree(demo) {
  const verified = spawnSync(demo.binary, ["verify", "--data", demo.data], { encoding: "utf8" });
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
}

/** The amount due as the page says it. */
export async function due(page) {
  return page.locator("main data.owing, main data.amount").first().getAttribute("value");
}

/** Waits until the open page says so by itself. */
export async function untilSaid(page, words, where = "main") {
  await page.locator(where, { hasText: words }).first().waitFor({ timeout: 10_000 });
}

/** The card fields of Sandbox's page, sent by the Enter key. */
export async function payByCard(page, number) {
  for (const [field, value] of [["number", number], ["exp", "12/39"], ["cvc", "123"], ["name", "A payer"]]) {
    await page.fill(`[name="${field}"]`, value);
  }
  await Promise.all([page.waitForEvent("load"), page.press('[name="name"]', "Enter")]);
}

/** The address of the newest mail whose line says all of this; the background work may need a moment. */
export async function found(page, list, ...words) {
  for (let tries = 0; tries < 50; tries += 1) {
    await page.goto(list);
    const line = words.reduce((lines, hasText) => lines.filter({ hasText }), page.locator("main tr")).first();
    if ((await line.count()) > 0) return new URL(await line.locator("a").first().getAttribute("href"), list).href;
    await page.waitForTimeout(200);
  }
  assert.fail(`nothing in ${list} says ${words.join(", ")}`);
}
