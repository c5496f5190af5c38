// Pages on paper: what staff and payers print reads as a document, in dark mode too: the amounts, no navigation, no buttons.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DESK, found, invoice, newCustomer, openWindow, order, payByCard, press, save, signIn, startBrowser, startDemo } from "./kit.mjs";

let demo;
let browser;
let prints;

before(async () => {
  // OWED_PRINTS keeps them, to be looked at.
  prints = process.env.OWED_PRINTS ?? mkdtempSync(join(tmpdir(), "owed-prints-"));
  mkdirSync(prints, { recursive: true });
  demo = await startDemo();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  demo?.remove();
  if (!process.env.OWED_PRINTS) rmSync(prints, { recursive: true, force: true });
});

// What leads elsewhere or does something has no place on paper.
const NAVIGATION = /Find anything|Outbox|Settings|Sign out|Skip to|Request payment|Add Payment|Amend\b|Print\b|Download|Breadcrumb|Pay now|Copy link|Explain|As at a past day|CSV/;
// A section that holds nothing has none either.
const EMPTY = /None( sent| saved)?\.|No (orders|invoices|payments) yet/;

/** The page as it is printed: its words, once they are found to be a document's. */
async function printed(page, name, wanted) {
  const file = join(prints, `${name}.pdf`);
  writeFileSync(file, await page.pdf({ preferCSSPageSize: true, printBackground: false }));
  const said = spawnSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" });
  assert.equal(said.status, 0, `pdftotext (package poppler-utils): ${said.error ?? said.stderr}`);
  for (const words of wanted) assert.ok(said.stdout.includes(words), `${name} lacks ${words}:\n${said.stdout}`);
  assert.doesNotMatch(said.stdout, NAVIGATION, name);
  assert.doesNotMatch(said.stdout, EMPTY, name);
  await page.emulateMedia({ media: "print" });
  const looks = await page.evaluate(() => {
    const luminance = (color) => {
      const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      return alpha === 0 ? 255 : (red + green + blue) / 3;
    };
    const shown = [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility({ visibilityProperty: true }));
    // The mark keeps its color on paper.
    const text = shown.filter((one) => !one.closest(".mark") && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""));
    return {
      paper: luminance(getComputedStyle(document.body).backgroundColor),
      pale: text.filter((one) => luminance(getComputedStyle(one).color) > 150).map((one) => one.textContent.trim()).slice(0, 5),
      shadows: shown.filter((one) => getComputedStyle(one).boxShadow !== "none").length,
      buttons: shown.filter((one) => one.matches("button, .btn, input, select, textarea")).map((one) => one.outerHTML).slice(0, 5),
    };
  });
  await page.emulateMedia({ media: null });
  assert.deepEqual(looks, { paper: 255, pale: [], shadows: 0, buttons: [] }, name);
}

for (const colorScheme of ["light", "dark"]) {
  test(`staff pages and payer pages print as documents, from ${colorScheme} screens`, async () => {
    const name = `Paper ${colorScheme} Gallery`;
    const email = `${colorScheme}@gallery.example`;
    const staff = await openWindow(browser, DESK, { colorScheme });
    const desk = staff.page;
    await signIn(desk, demo);
    const customer = await newCustomer(desk, name, email);
    const ordered = await order(desk, "Display plinths", "480.00");
    await press(desk, "Add Payment");
    await desk.fill('[name="amount"]', "125.50");
    await desk.selectOption('[name="kind"]', "cash");
    await save(desk, "Record payment");
    await desk.goto(ordered);
    await press(desk, "Request payment");
    await save(desk, "Send email");
    const draft = await invoice(desk, customer, "Packing", "18.30", "Save draft");
    const billed = await invoice(desk, customer, "Delivery", "62.40", "Issue and send");
    const at = (part) => `${part}-${colorScheme}`;

    await desk.goto(ordered);
    await printed(desk, at("order"), [name, "480.00", "125.50", "354.50"]);
    const payment = new URL(await desk.locator('section[aria-labelledby="payments"] a[href^="/admin/payments/pay_"]').first().getAttribute("href"), desk.url()).href;
    await desk.goto(payment);
    await printed(desk, at("payment"), [name, "125.50"]);
    await desk.goto(draft);
    await printed(desk, at("draft"), [name, "18.30"]);
    await desk.goto(billed);
    await printed(desk, at("invoice"), [name, "62.40"]);
    for (const [of, amount] of [[ordered, "354.50"], [billed, "62.40"], [customer, "416.90"]]) {
      await desk.goto(`${of}/explain`);
      await printed(desk, at(`explain-${amount}`), [amount]);
    }
    await desk.goto(customer);
    await printed(desk, at("customer"), [name, "416.90", "480.00"]);
    await desk.goto(`${customer}/statement`);
    await printed(desk, at("statement"), [name, "416.90"]);
    for (const list of ["reports", "reports/ageing", "customers", "orders", "invoices", "payments"]) {
      await desk.goto(`${demo.url}/admin/${list}`);
      await printed(desk, at(list.replace("/", "-")), ["$"]);
    }

    await desk.goto(await found(desk, `${demo.url}/admin/outbox`, "Payment request", email));
    const link = (await desk.locator("main").innerText()).match(/https?:\/\/\S+\/p\/req_\S+/)?.[0];
    const payer = await openWindow(browser, DESK, { colorScheme });
    await payer.page.goto(link);
    await printed(payer.page, at("payer-document"), ["480.00", "125.50", "354.50"]);
    const document = payer.page.url();
    await payer.page.goto(`${document}/explain`);
    await printed(payer.page, at("payer-explain"), ["354.50"]);
    await payer.page.goto(document);
    await payer.page.locator('form[action$="/pay"] button').first().click();
    await payer.page.waitForURL(/\/sandbox\/checkout\//);
    await payByCard(payer.page, "4242424242424242");
    await payer.page.waitForURL(/\/p\/return\/rcp_/);
    await printed(payer.page, at("payer-receipt"), ["354.50"]);

    await desk.goto(customer);
    await desk.getByRole("button", { name: "Generate Link" }).click();
    await desk.locator(".url input").first().waitFor();
    await payer.page.goto(await desk.locator(".url input").first().inputValue());
    await printed(payer.page, at("payer-balance"), ["62.40"]);

    await payer.page.goto(`${demo.url}/portal`);
    await payer.page.fill('[name="email"]', email);
    await payer.page.locator('form[action="/portal/sign-in"] button').click();
    await payer.page.getByText("Look into your mail").first().waitFor();
    await desk.goto(await found(desk, `${demo.url}/admin/outbox`, "Sign-in to the portal", email));
    await payer.page.goto((await desk.locator("main").innerText()).match(/https?:\/\/\S+\/portal\/enter\/\S+/)?.[0]);
    await payer.page.getByRole("button", { name: "Sign in" }).click();
    await payer.page.locator("main.account").waitFor();
    await printed(payer.page, at("account"), [name, "62.40", "480.00", "354.50"]);
    const account = await payer.page.locator('.bar-account a[href^="/portal/cus_"]').first().getAttribute("href");
    const pages = await payer.page.locator("main.account a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    for (const [part, amount] of [["orders", "480.00"], ["invoices", "62.40"], ["payments", "354.50"]]) {
      await payer.page.goto(demo.url + pages.find((href) => href.startsWith(`${account}/${part}/`)));
      await printed(payer.page, at(`account-${part}`), [amount]);
    }
    for (const part of ["statement", "explain"]) {
      await payer.page.goto(`${demo.url}${account}/${part}`);
      await printed(payer.page, at(`account-${part}`), ["62.40"]);
    }
    await staff.context.close();
    await payer.context.close();
  });
}
