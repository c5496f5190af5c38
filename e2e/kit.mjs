// Starts the built binary with its demo business, or with a fresh one and a pretend processor, and a browser to walk through it.
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
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

// Who owns the demo, and every business of a walk.
const OWNER = "owner@harbor-and-oak.example";
const PASSWORD = "demo-demo-demo";

/** A program that the build made, by the variable that names it. */
function built(variable) {
  const program = process.env[variable];
  assert.ok(program, `${variable} names a program that was built; \`cargo xtask test\` sets it`);
  return program;
}

/** What a process says on the first of its lines that fits. */
function said(child, pattern) {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${child.spawnfile} ended with ${code} before it said anything`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = line.match(pattern);
      if (found) resolve(found[1]);
    });
  });
}

/** The program, serving on a port of its own. */
async function start(command, data, env = {}) {
  const binary = built("OWED_BINARY");
  const options = { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } };
  const server = spawn(binary, [command, "--listen", "127.0.0.1:0", "--data", data], options);
  const url = await said(server, /^listening on (\S+)$/);
  const stop = async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
  };
  return { url, data, binary, stop, remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** The demo, as the README starts it. */
export async function startDemo() {
  return start("demo", mkdtempSync(join(tmpdir(), "owed-e2e-")));
}

/** A fresh business with a key of every scope; a pretend processor is its only one, and not connected yet. */
export async function startShop(processor) {
  const data = mkdtempSync(join(tmpdir(), "owed-e2e-"));
  const made = ["setup", "--data", data, "--business", "Harbor & Oak", "--currency", "USD", "--email", OWNER, "--password-stdin", "--api-key"];
  const setup = spawnSync(built("OWED_BINARY"), made, { input: `${PASSWORD}\n`, encoding: "utf8" });
  assert.equal(setup.status, 0, setup.stderr);
  const env = processor ? { [`OWED_${processor.kind.toUpperCase()}_BASE_URL`]: processor.api } : {};
  return { ...(await start("serve", data, env)), key: setup.stdout.trim() };
}

/** A pretend processor as a process of its own: `stripe`, `square`, `paypal` or `authorize_net`. */
export async function startProcessor(kind) {
  const child = spawn(built("OWED_FAKES"), [kind], { stdio: ["pipe", "pipe", "inherit"] });
  const facts = JSON.parse(await said(child, /^(\{.*\})$/));
  return {
    kind,
    ...facts,
    /** Its messages go there from now on. */
    tell: (hook) => fetch(`${facts.pages}/-/hook`, { method: "POST", body: hook }),
    /** What its own page answers, without a browser. */
    page: (url, fields) => {
      const { pathname, search } = new URL(url);
      const body = fields && new URLSearchParams(fields);
      return fetch(`${facts.pages}${pathname}${search}`, { method: fields ? "POST" : "GET", body, redirect: "manual" });
    },
    /** It fails when anything that was sent or answered was not as the processor describes it. */
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      assert.equal(await ended, 0, `${kind}: what passed agrees with its description`);
    },
  };
}

/**
 * A walk at the desk of a shop with one processor, signed in; `settings` are added to what connects it. Afterwards no console has
 * told of an error that the walk does not know, and the books agree.
 */
export async function atDesk(browser, kind, settings, walk) {
  const processor = await startProcessor(kind);
  const shop = await startShop(processor);
  const staff = await openWindow(browser, DESK);
  try {
    await signIn(staff.page, shop);
    await connect(staff.page, shop, { ...processor, settings: { ...processor.settings, ...settings } });
    await walk({ processor, shop, staff, desk: staff.page });
    assert.deepEqual(staff.errors, []);
    booksAgree(shop);
  } finally {
    await staff.context.close();
    await shop.stop();
    shop.remove();
    await processor.stop();
  }
}

/** Fills in a field, or chooses from a list. */
async function fill(page, name, value) {
  const field = page.locator(`[name="${name}"]`);
  const isList = await field.evaluate((it) => it.tagName === "SELECT");
  await (isList ? field.selectOption(value) : field.fill(value));
}

/** Connects the processor by Settings and tests it; its messages reach the shop from then on. */
export async function connect(page, shop, processor) {
  await page.goto(`${shop.url}/admin/settings/processors/new?kind=${processor.kind}`);
  await fit(page);
  for (const [name, value] of Object.entries(processor.settings)) await fill(page, name, value);
  await save(page, "Connect");
  const hook = await page.locator('input[id^="hook-"]').inputValue();
  await processor.tell(hook);
  await save(page, /^Send a test charge/);
  await untilSaid(page, "It works.");
}

/** The address that the payer is sent: in a mail, or as a link to the balance where no mail is offered. */
export async function linkFor(desk, shop, { customer, orderPage, email, byMail }) {
  await desk.goto(orderPage);
  if (!byMail) {
    assert.match(await desk.locator("main ul.acts").innerText(), /Request payment\s+not possible/);
    await desk.goto(customer);
    await desk.getByRole("button", { name: "Generate Link" }).click();
    await fit(desk);
    return desk.locator('input[id^="url-"]').first().inputValue();
  }
  await press(desk, "Request payment");
  await save(desk, "Send email");
  await desk.goto(await found(desk, `${shop.url}/admin/outbox`, "Payment request", email));
  const link = (await desk.locator("main").innerText()).match(/https?:\/\/\S+\/p\/req_\S+/)?.[0];
  assert.ok(link, "the mail carries the link");
  return link;
}

/** From our page to where it is paid, whatever lies between. */
export async function toPay(phone, link, page) {
  await phone.goto(link);
  await fit(phone);
  await phone.locator('form[action$="/pay"] button').first().click();
  await phone.waitForURL(page);
  await fit(phone);
}

/** The open page of an order says by itself that nothing is due any more. */
export async function untilPaid(page) {
  for (let tries = 0; tries < 50 && (await due(page)) !== "0.00"; tries += 1) await page.waitForTimeout(200);
  assert.equal(await due(page), "0.00", "the page is told of the payment");
}

/** Headless Chromium with nothing in the background. */
export async function startBrowser() {
  const executablePath = process.env.OWED_TEST_CHROMIUM ?? "/usr/bin/chromium";
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}

/** One browser for all walks of a file, opened before the first and closed behind the last. */
export function browserOfFile() {
  let browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.close());
  return { newContext: (options) => browser.newContext(options) };
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

/** The owner signs in. */
export async function signIn(page, demo) {
  await page.goto(`${demo.url}/admin`);
  await fit(page);
  await page.fill('input[name="email"]', OWNER);
  await page.fill('input[name="password"]', PASSWORD);
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
