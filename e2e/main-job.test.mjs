// The main job: a balance owed is seen, asked for, paid online and receipted; at 1280 and 390 px, light and dark.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  DESK, PHONE, booksAgree, documented, due, fit, found, openWindow, payByCard, press, save, signIn, startBrowser, startDemo, untilSaid,
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

test("the mails of the past lead to where the demo listens", async () => {
  const staff = await openWindow(browser, DESK);
  await signIn(staff.page, demo);
  await staff.page.goto(await found(staff.page, `${demo.url}/admin/outbox`, "Payment request"));
  const links = (await staff.page.locator("main").innerText()).match(/https?:\/\/\S+\/p\/\S+/g) ?? [];
  assert.ok(links.length > 0 && links.every((link) => link.startsWith(`${demo.url}/p/`)), links.join(" "));
  await staff.context.close();
});

/** The story of the README, with staff at one width and the payer at the other. */
async function mainJob({ customerName, email, staffWindow, payerWindow, options }) {
  const staff = await openWindow(browser, staffWindow, options);
  const desk = staff.page;
  await signIn(desk, demo);

  // A customer and an order of 480.00, confirmed at once.
  await press(desk, "New customer");
  await desk.fill('[name="name"]', customerName);
  await desk.fill('[name="email"]', email);
  await save(desk, "Save");
  const customer = new URL(desk.url().split("?")[0]).href;
  await press(desk, "New order");
  await desk.locator('[name="description"]').first().fill("Display plinths, set of four");
  await desk.locator('[name="unit_amount"]').first().fill("480.00");
  await desk.selectOption('[name="state"]', "confirmed");
  await save(desk, "Save order");
  const order = new URL(desk.url().split("?")[0]).href;

  // A deposit of 200.00 by check.
  staff.clicks.take();
  await press(desk, "Add Payment");
  assert.equal(await desk.inputValue('[name="amount"]'), "480.00", "what is due is filled in");
  await desk.fill('[name="amount"]', "200.00");
  await staff.clicks.choose('[name="kind"]', "check");
  await desk.fill('[name="reference"]', "1007");
  await save(desk, "Record payment");
  assert.equal(staff.clicks.take(), documented("B", "Record a deposit by hand"));

  // Items are added: 355.50 is due.
  await press(desk, "Amend");
  await desk.getByLabel("Items added").check({ force: true });
  await desk.locator('[name="description"]').first().fill("Velvet covers");
  await desk.locator('[name="unit_amount"]').first().fill("75.50");
  await save(desk, "Save amendment");
  assert.equal(await due(desk), "355.50");

  // The request: To is filled in; CC, message and notice are added.
  staff.clicks.take();
  await press(desk, "Request payment");
  assert.equal(await desk.inputValue('[name="to"]'), email);
  await desk.fill('[name="cc"]', "books@gallery.example");
  await desk.fill('[name="message"]', "The covers are ready; here is what remains.");
  await desk.getByLabel("Send email notification upon payment").check({ force: true });
  await save(desk, "Send email");
  assert.equal(staff.clicks.take(), documented("B", "Send a payment request with copy, message and notice"));
  assert.match(await desk.locator("main").innerText(), /Pending/, "the order waits for what was asked");

  // The mail is in the outbox; its button leads the payer in.
  const mail = await found(desk, `${demo.url}/admin/outbox`, "Payment request", email);
  await desk.goto(mail);
  await fit(desk);
  const text = await desk.locator("main").innerText();
  assert.match(text, /355\.50/);
  const link = text.match(/https?:\/\/\S+\/p\/req_\S+/)?.[0];
  assert.ok(link, "the mail carries the link");

  // These pages stay open while the customer pays: the order, the customer, the list, the report.
  const open = [];
  const listed = `/admin/customers?q=${encodeURIComponent(customerName)}`;
  for (const address of [order, customer, demo.url + listed, `${demo.url}/admin/reports/ageing`]) {
    const page = await staff.context.newPage();
    await page.goto(address);
    await fit(page);
    await untilSaid(page, "$355.50");
    open.push(page);
  }

  const payer = await openWindow(browser, payerWindow, options);
  const phone = payer.page;
  await phone.goto(link);
  assert.match(phone.url(), /\/p\/v\/lnk_/, "the token has left the address");
  await fit(phone);
  assert.equal(await due(phone), "355.50");
  const pdf = await phone.context().request.get(new URL(await phone.locator('a[href$="/pdf"]').getAttribute("href"), phone.url()).href);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");

  // Pay leads to Sandbox's page; a double click is one payment. A declined card is asked for again.
  await phone.locator('form[action$="/pay"] button').dblclick();
  await phone.waitForURL(/\/sandbox\/checkout\//);
  await fit(phone);
  assert.match(await phone.locator("body").innerText(), /355\.50/);
  await payByCard(phone, "4000000000000002");
  await fit(phone);
  assert.match(await phone.locator("body").innerText(), /declined/i);
  await payByCard(phone, "4242424242424242");
  await phone.waitForURL(/\/p\/return\/rcp_/);
  await fit(phone);
  const receipt = await phone.locator("main").innerText();
  assert.match(receipt, /Payment received/);
  assert.match(receipt, /355\.50/);

  // The pages that were open say so by themselves.
  const [orderPage, customerPage, listPage, reportPage] = open;
  for (const page of [orderPage, customerPage]) {
    await page.locator('main data[value="0.00"]').first().waitFor({ timeout: 10_000 });
    assert.equal(await due(page), "0.00");
    await fit(page);
  }
  await untilSaid(orderPage, "Confirmed");
  await untilSaid(listPage, "$0.00", "main table");
  await reportPage.locator("main table", { hasText: customerName }).waitFor({ state: "detached", timeout: 10_000 });

  // The payer's page says the same; the receipt goes to the customer, the notice to staff.
  await phone.goto(link);
  assert.equal(await due(phone), "0.00");
  await fit(phone);
  await desk.goto(await found(desk, `${demo.url}/admin/outbox`, "Receipt", email));
  assert.match(await desk.locator("main").innerText(), /355\.50/);
  await found(desk, `${demo.url}/admin/outbox`, `${customerName} paid`, "owner@harbor-and-oak.example");

  // The request has been sent, opened and paid; the order has two payments, not three.
  await desk.goto(order);
  const said = await desk.locator('section[aria-labelledby="requests"]').innerText();
  assert.match(said, /Paid/);
  assert.match(said, /opened/i);
  assert.equal(await desk.locator('section[aria-labelledby="payments"] tbody tr', { hasText: "Succeeded" }).count(), 2);

  assert.deepEqual(staff.errors, []);
  // The declined card's page is an answer with status 422, which the console notes; nothing else may be there.
  assert.deepEqual(payer.errors.filter((error) => !error.includes("422")), []);
  await staff.context.close();
  await payer.context.close();
}

test("a balance owed is seen at a desk, asked for, paid on a phone and receipted", () =>
  mainJob({ customerName: "Anchor Street Gallery", email: "pay@anchor-gallery.example", staffWindow: DESK, payerWindow: PHONE }));

test("the same by staff on a phone and a payer at a desk, in the dark", () =>
  mainJob({
    customerName: "Lantern Row Gallery",
    email: "pay@lantern-gallery.example",
    staffWindow: PHONE,
    payerWindow: DESK,
    options: { colorScheme: "dark" },
  }));

// Every page that needs no id, and of each list the page of its first line.
const LISTS = [
  "/admin/customers", "/admin/orders", "/admin/invoices", "/admin/payments", "/admin/refunds", "/admin/requests", "/admin/messages",
  "/admin/outbox", "/admin/payouts", "/admin/reports/ageing",
];
const PAGES = [
  "/admin", "/admin/approvals", "/admin/reports", "/admin/background", "/admin/find?q=inn", "/admin/customers/new", "/admin/orders/new",
  "/admin/invoices/new", "/admin/payments/new", "/admin/messages/new", "/admin/settings", "/admin/settings/collecting",
  "/admin/settings/e-invoices", "/admin/settings/keys", "/admin/settings/mails", "/admin/settings/papers", "/admin/settings/people",
  "/admin/settings/processors", "/admin/settings/processors/new?kind=stripe", "/admin/settings/sessions",
];

test("the staff pages are fit at both widths, light and dark", async () => {
  for (const [viewport, colorScheme] of [[DESK, "light"], [PHONE, "dark"]]) {
    const { page, context, errors } = await openWindow(browser, viewport, { colorScheme });
    await signIn(page, demo);
    for (const path of [...PAGES, ...LISTS]) {
      await page.goto(`${demo.url}${path}`);
      await fit(page);
      const line = page.locator("main table tbody a").first();
      if (!LISTS.includes(path) || (await line.count()) === 0) continue;
      await page.goto(new URL(await line.getAttribute("href"), demo.url).href);
      await fit(page);
    }
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test("the books agree afterwards", () => booksAgree(demo));
