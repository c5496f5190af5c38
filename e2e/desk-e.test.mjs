// The field-service desk (desk E): a running balance, charges and credits, and a link that is shared, as its manual walks them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  DESK, PHONE, booksAgree, documented, due, fit, found, newCustomer, openWindow, order, payByCard, press, save, signIn, startBrowser, startDemo, untilSaid,
} from "./kit.mjs";

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  demo?.remove();
});

test("a running balance is charged, credited, looked into, shared and paid", async () => {
  const staff = await openWindow(browser, DESK);
  const { page: desk, clicks } = staff;
  await signIn(desk, demo);

  // View all balances: the list shows each customer's balance and begins with who owes most.
  clicks.take();
  await desk.getByRole("link", { name: "Customers", exact: true }).first().click();
  await desk.waitForURL(/\/admin\/customers/);
  assert.equal(clicks.take(), documented("E", "See who owes most"));
  await fit(desk);
  const balances = await desk.locator("main table td.c-amt data").evaluateAll((all) => all.map((one) => Number(one.value)));
  assert.ok(balances.length > 20 && balances[0] < 0, "those who owe stand first");
  assert.deepEqual(balances, [...balances].sort((one, other) => one - other));

  // A customer of our own, found by search.
  await press(desk, "New customer");
  await desk.fill('[name="name"]', "Gable End Cottages");
  await save(desk, "Save");
  await desk.getByRole("link", { name: "Customers", exact: true }).first().click();
  await desk.fill("#q", "gable");
  await desk.press("#q", "Enter");
  await desk.getByRole("link", { name: "Gable End Cottages" }).click();
  await fit(desk);
  assert.equal(await due(desk), "0.00");

  // Add a charge: the balance becomes more negative by it.
  clicks.take();
  await press(desk, "Add Entry");
  await desk.getByLabel("Charge", { exact: true }).check({ force: true });
  await desk.fill('[name="amount"]', "150.00");
  await desk.fill('[name="description"]', "Gutter cleaning, two roofs");
  await save(desk, "Save");
  assert.equal(clicks.take(), documented("E", "Charge for extra work"));
  assert.equal(await due(desk), "-150.00");

  // Add a credit, with how it was paid in the note.
  await press(desk, "Add Entry");
  await desk.getByLabel("Credit", { exact: true }).check({ force: true });
  await desk.fill('[name="amount"]', "25.00");
  await desk.fill('[name="description"]', "Goodwill for the late start");
  await desk.fill('[name="note"]', "Agreed by phone");
  await save(desk, "Save");
  assert.equal(clicks.take(), documented("E", "Give a credit"));
  assert.equal(await due(desk), "-125.00");

  // The billing history: newest first, charges below zero, credits above, each with its mark; a line opens to its details.
  const lines = await desk.locator('section[aria-labelledby="billing"] tbody tr').allInnerTexts();
  assert.equal(lines.length, 2);
  assert.match(lines[0], /Goodwill.*Applied.*\+\$25\.00/s);
  assert.match(lines[1], /Gutter cleaning.*Part-paid.*−\$150\.00/s);
  await desk.getByRole("link", { name: /Goodwill/ }).click();
  await fit(desk);
  assert.match(await desk.locator("main").innerText(), /Agreed by phone/);
  await desk.goBack();

  // Share the balance: generate, copy, open as the customer.
  await staff.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  clicks.take();
  await desk.getByRole("button", { name: "Generate Link" }).click();
  await desk.locator('#pl input[readonly], .url input').first().waitFor();
  assert.equal(clicks.take(), documented("E", "Make a link to the balance"));
  await fit(desk);
  const shown = await desk.locator(".url input").first().inputValue();
  await desk.locator(".url").first().getByRole("button", { name: "Copy" }).click();
  await untilSaid(desk, "Copied", ".url");
  const link = await desk.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, shown);
  assert.match(link, /\/p\//);
  const payer = await openWindow(browser, PHONE);
  const phone = payer.page;
  await phone.goto(link);
  await fit(phone);
  assert.equal(await due(phone), "125.00");
  assert.match(await phone.locator("main").innerText(), /Gutter cleaning/);

  // The customer pays; the page that staff have open says so by itself.
  await phone.locator('form[action$="/pay"] button').first().click();
  await phone.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(phone, "4242424242424242");
  await phone.waitForURL(/\/p\/return\/rcp_/);
  await fit(phone);
  await desk.locator('main data[value="0.00"]').first().waitFor({ timeout: 10_000 });
  await untilSaid(desk, "Paid in full");

  // Revoked, the link leads nowhere; a new one works.
  desk.once("dialog", (asked) => asked.accept());
  await desk.getByRole("button", { name: "Revoke" }).click();
  await desk.getByRole("button", { name: "Generate Link" }).click();
  await desk.locator(".url input").first().waitFor();
  const fresh = await desk.locator(".url input").first().inputValue();
  assert.notEqual(fresh, link);
  assert.equal((await phone.goto(link)).status(), 404);
  assert.equal((await phone.goto(fresh)).status(), 200);

  assert.deepEqual(staff.errors, []);
  assert.deepEqual(payer.errors.filter((error) => !error.includes("404")), []);
  await staff.context.close();
  await payer.context.close();
});

test("a payer without script pays on a narrow screen", async () => {
  const staff = await openWindow(browser, DESK);
  const desk = staff.page;
  await signIn(desk, demo);
  await newCustomer(desk, "Narrow Gate Nursery", "");
  await order(desk, "Seedlings, two trays", "32.00");
  await desk.goto(await found(desk, `${demo.url}/admin/customers?q=narrow`, "Narrow Gate Nursery"));
  await desk.getByRole("button", { name: "Generate Link" }).click();
  await desk.locator(".url input").first().waitFor();
  const link = await desk.locator(".url input").first().inputValue();

  // 320 px wide, nothing sticks out; the page and what leads on from it are the same with and without script.
  const narrow = await openWindow(browser, { width: 320, height: 640 });
  await narrow.page.goto(link);
  await fit(narrow.page);
  assert.equal(await due(narrow.page), "32.00");
  await narrow.page.goto(new URL(await narrow.page.locator('a[href$="/explain"]').getAttribute("href"), link).href);
  await fit(narrow.page);

  const bare = await browser.newContext({ viewport: { width: 320, height: 640 }, javaScriptEnabled: false });
  const page = await bare.newPage();
  await page.goto(link);
  assert.equal(await page.locator("main data").first().getAttribute("value"), "32.00");
  await page.locator('form[action$="/pay"] button').first().click();
  await page.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(page, "4242424242424242");
  await page.waitForURL(/\/p\/return\/rcp_/);
  assert.match(await page.locator("main").innerText(), /Payment received/);
  await narrow.page.goto(page.url());
  await fit(narrow.page);
  await narrow.page.goto(link);
  assert.equal(await due(narrow.page), "0.00");
  await fit(narrow.page);
  assert.deepEqual(staff.errors, []);
  assert.deepEqual(narrow.errors, []);
  await bare.close();
  await narrow.context.close();
  await staff.context.close();
});

test("a payer's pages can be installed as an app", async () => {
  const { page, context, errors } = await openWindow(browser, PHONE);
  await page.goto(`${demo.url}/portal`);
  await fit(page);
  const browserSays = await context.newCDPSession(page);
  const { errors: mistakes, url } = await browserSays.send("Page.getAppManifest");
  assert.deepEqual(mistakes, []);
  assert.match(url, /\.webmanifest$/);
  const { installabilityErrors } = await browserSays.send("Page.getInstallabilityErrors");
  // A window without a history of its own is never offered it; nothing else may stand in the way.
  assert.deepEqual(installabilityErrors.map((error) => error.errorId).filter((id) => id !== "in-incognito"), []);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the books agree afterwards", () => booksAgree(demo));
