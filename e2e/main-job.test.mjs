// The main job: a balance owed is seen, asked for, paid online and receipted. Staff at 1280 px, the payer on a phone.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { DESK, PHONE, fit, openWindow, startBrowser, startDemo } from "./kit.mjs";

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

async function signIn(page) {
  await page.goto(`${demo.url}/admin`);
  await fit(page);
  await page.fill('input[name="email"]', "owner@harbor-and-oak.example");
  await page.fill('input[name="password"]', "demo-demo-demo");
  await page.press('input[name="password"]', "Enter");
  await page.waitForURL(`${demo.url}/admin`);
  await fit(page);
}

/** The address of an action of a page, whether it is a link or opens a window. */
async function go(page, name) {
  await page.goto(new URL(await page.locator(`a[href$="${name}"]`).first().getAttribute("href"), demo.url).href);
  await fit(page);
}

async function save(page, button) {
  await Promise.all([page.waitForNavigation(), page.locator("main").getByRole("button", { name: button }).first().click()]);
}

/** The amount due as the page says it. */
async function due(page) {
  return page.locator("main data.owing, main data.amount").first().getAttribute("value");
}

test("a balance owed is seen, asked for, paid on a phone and receipted", async () => {
  const staff = await openWindow(browser, DESK);
  const desk = staff.page;
  await signIn(desk);

  // A customer and an order of 480.00, confirmed at once.
  await desk.goto(`${demo.url}/admin/customers/new`);
  await fit(desk);
  await desk.fill('[name="name"]', "Anchor Street Gallery");
  await desk.fill('[name="email"]', "pay@anchor-gallery.example");
  await save(desk, "Save");
  const customer = new URL(desk.url().split("?")[0]).href;
  await fit(desk);
  await desk.goto(`${demo.url}/admin/orders/new?customer=${customer.split("/").pop()}`);
  await fit(desk);
  await desk.locator('[name="description"]').first().fill("Display plinths, set of four");
  await desk.locator('[name="unit_amount"]').first().fill("480.00");
  if ((await desk.locator('select[name="state"]').count()) > 0) await desk.selectOption('select[name="state"]', "confirmed");
  else await desk.locator('[name="state"][value="confirmed"]').check({ force: true });
  await save(desk, "Save order");
  const order = new URL(desk.url().split("?")[0]).href;
  await fit(desk);

  // A deposit of 200.00 by check.
  await desk.goto(`${demo.url}/admin/payments/new?order=${order.split("/").pop()}`);
  await fit(desk);
  assert.equal(await desk.inputValue('[name="amount"]'), "480.00", "what is due is filled in");
  await desk.fill('[name="amount"]', "200.00");
  await desk.selectOption('[name="kind"]', "check");
  await desk.fill('[name="reference"]', "1007");
  await save(desk, "Record payment");

  // Items are added: 355.50 is due.
  await desk.goto(`${order}/amend`);
  await fit(desk);
  await desk.locator('[name="reason"][value="items_added"]').check({ force: true });
  await desk.locator('[name="description"]').first().fill("Velvet covers");
  await desk.locator('[name="unit_amount"]').first().fill("75.50");
  await save(desk, "Save amendment");
  assert.equal(await due(desk), "355.50");
  await fit(desk);

  // The request: To is filled in; CC, message and notice are added.
  await desk.goto(`${order}/request`);
  await fit(desk);
  assert.equal(await desk.inputValue('[name="to"]'), "pay@anchor-gallery.example");
  await desk.fill('[name="cc"]', "books@anchor-gallery.example");
  await desk.fill('[name="message"]', "The covers are ready; here is what remains.");
  const notice = desk.locator('[name="notify_on"]');
  if (!(await notice.isChecked())) await notice.check({ force: true });
  await save(desk, "Send email");
  await fit(desk);

  // The mail is in the outbox; its button leads the payer in.
  const mail = await found(desk, `${demo.url}/admin/outbox`, "Payment request");
  await desk.goto(mail);
  await fit(desk);
  const text = await desk.locator("main").innerText();
  assert.match(text, /355\.50/);
  const link = text.match(/https?:\/\/\S+\/p\/req_\S+/)?.[0];
  assert.ok(link, "the mail carries the link");

  // This page stays open while the customer pays.
  await desk.goto(order);
  assert.equal(await due(desk), "355.50");

  const payer = await openWindow(browser, PHONE);
  const phone = payer.page;
  await phone.goto(link);
  assert.match(phone.url(), /\/p\/v\/lnk_/, "the token has left the address");
  await fit(phone);
  assert.equal(await due(phone), "355.50");
  const [download] = await Promise.all([
    phone.waitForEvent("download").catch(() => null),
    phone.evaluate(() => {
      const link = document.querySelector('a[href$="/pdf"]');
      link.setAttribute("download", "");
      link.click();
    }),
  ]);
  assert.ok(download, "the PDF is downloaded");
  assert.equal(readFileSync(await download.path()).subarray(0, 5).toString(), "%PDF-");

  // Pay leads to Sandbox's page; a double click is one payment.
  await phone.locator('form[action$="/pay"] button').dblclick();
  await phone.waitForURL(/\/sandbox\/checkout\//);
  await fit(phone);
  assert.match(await phone.locator("body").innerText(), /355\.50/);
  await phone.fill('[name="number"]', "4000000000000002");
  await phone.fill('[name="exp"]', "12/39");
  await phone.fill('[name="cvc"]', "123");
  await phone.fill('[name="name"]', "A payer");
  await Promise.all([phone.waitForNavigation(), phone.press('[name="name"]', "Enter")]);
  assert.match(await phone.locator("body").innerText(), /declined/i);
  await phone.fill('[name="number"]', "4242424242424242");
  await phone.fill('[name="exp"]', "12/39");
  await phone.fill('[name="cvc"]', "123");
  await phone.fill('[name="name"]', "A payer");
  await phone.press('[name="name"]', "Enter");
  await phone.waitForURL(/\/p\/return\/rcp_/);
  await fit(phone);
  const receipt = await phone.locator("main").innerText();
  assert.match(receipt, /Payment received/);
  assert.match(receipt, /355\.50/);

  // The page that was open says so by itself.
  await desk.waitForFunction(() => {
    const shown = document.querySelector("main data.owing, main data.amount");
    return shown?.getAttribute("value") === "0.00";
  }, undefined, { timeout: 10_000 });
  await fit(desk);
  assert.match(await desk.locator("main").innerText(), /Paid/);

  // The same figure everywhere: the payer's page, the customer, the list.
  await phone.goto(link);
  assert.equal(await due(phone), "0.00");
  await desk.goto(customer);
  await fit(desk);
  assert.match(await desk.locator("main").innerText(), /Paid in full|\$0\.00/);
  await desk.goto(`${demo.url}/admin/customers?q=anchor`);
  assert.match(await desk.locator("main").innerText(), /\$0\.00/);

  // Receipt to the customer, notice to staff.
  await found(desk, `${demo.url}/admin/outbox`, "Receipt");
  await found(desk, `${demo.url}/admin/outbox`, "paid $355.50|paid 355.50");

  // The request has been sent, opened and paid.
  await desk.goto(order);
  assert.match(await desk.locator("main").innerText(), /opened/i);

  assert.deepEqual(staff.errors, []);
  // The declined card's page is an answer with status 422, which the console notes; nothing else may be there.
  assert.deepEqual(payer.errors.filter((error) => !error.includes("422")), []);
  await staff.context.close();
  await payer.context.close();
});

/** The address of the newest mail whose line says this; the background work may need a moment. */
async function found(page, list, words) {
  for (let tries = 0; tries < 50; tries += 1) {
    await page.goto(list);
    const line = page.locator("main a", { hasText: new RegExp(words, "i") }).first();
    if ((await line.count()) > 0) return new URL(await line.getAttribute("href"), list).href;
    await page.waitForTimeout(200);
  }
  assert.fail(`nothing in ${list} says ${words}`);
}

test("the staff pages are fit at both widths, light and dark", async () => {
  for (const viewport of [DESK, PHONE]) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, context, errors } = await openWindow(browser, viewport, { colorScheme });
      await signIn(page);
      const pages = ["/admin/customers", "/admin/orders", "/admin/payments", "/admin/requests", "/admin/outbox", "/admin/reports", "/admin/settings"];
      for (const path of pages) {
        await page.goto(`${demo.url}${path}`);
        await fit(page);
      }
      assert.deepEqual(errors, []);
      await context.close();
    }
  }
});

test("the books agree afterwards", () => {
  const verified = spawnSync(demo.binary, ["verify", "--data", demo.data], { encoding: "utf8" });
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
});
