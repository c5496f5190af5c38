// Starts the built binary with its demo business, and a browser to walk through it.
//
// Every page that a walk visits is held against axe (WCAG 2.2 AA) and against sideways scrolling; whatever the browser's
// console calls an error fails the walk, so a broken policy or script does not pass unseen.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
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

/** A browser window of its own, with its own cookies, that notes every error of its console. */
export async function openWindow(browser, viewport, options = {}) {
  const context = await browser.newContext({ viewport, acceptDownloads: true, reducedMotion: "reduce", ...options });
  await context.addInitScript({ content: axeSource });
  const errors = [];
  const watch = (page) => {
    page.on("console", (message) => message.type() === "error" && errors.push(`${page.url()}: ${message.text()}`));
    page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  };
  context.on("page", watch);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  return { page, context, errors };
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
