// The city's desk (desk C): an approved application's outstanding balance is invoiced, paid online, and paid at the counter, as its
// manual walks them.

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

/** An application with one fee, by a customer of its own. */
async function apply(desk, name, email, fee) {
  await desk.goto(`${demo.url}/admin`);
  await press(desk, "New customer");
  await desk.fill('[name="name"]', name);
  await desk.fill('[name="email"]', email);
  await save(desk, "Save");
  await press(desk, "New order");
  await desk.getByLabel("Application").check({ force: true });
  await desk.locator('[name="description"]').first().fill("Permit for a street stall");
  await desk.locator('[name="unit_amount"]').first().fill(fee);
  await save(desk, "Save order");
}

test("an approved application is invoiced, paid on a phone and receipted; another is paid at the counter", async () => {
  const staff = await openWindow(browser, DESK);
  const desk = staff.page;
  await signIn(desk, demo);

  // While it is pending no invoice is generated: it is settled inside the application.
  await apply(desk, "Corner Stall Noodles", "pay@corner-stall.example", "50.00");
  const acts = () => desk.locator("main ul.acts").innerText();
  assert.match(await acts(), /Generate invoice\s+not possible/);

  // Approved: Generate invoice asks for a description and, if wanted, a due date.
  await desk.getByRole("button", { name: "Approve" }).first().click();
  await untilSaid(desk, "Approved");
  staff.clicks.take();
  await press(desk, "Generate invoice");
  await desk.fill('[name="description"]', "Fee outstanding after the address was corrected");
  await desk.fill('[name="due_on"]', "2030-01-31");
  await save(desk, "Generate and send");
  assert.equal(staff.clicks.take(), documented("C", "Generate and send an invoice for an application's balance"));
  assert.match(await desk.locator("h1").innerText(), /^Invoice INV-/);
  assert.equal(await due(desk), "50.00");
  const invoice = desk.url().split("?")[0];

  // The mail leads to the invoice, which is paid by card; the receipt is mailed and can be seen online.
  await desk.goto(await found(desk, `${demo.url}/admin/outbox`, "Invoice", "pay@corner-stall.example"));
  await fit(desk);
  const link = (await desk.locator("main").innerText()).match(/https?:\/\/\S+\/p\/\S+/)?.[0];
  assert.ok(link, "the mail carries the link");
  const payer = await openWindow(browser, PHONE);
  const phone = payer.page;
  await phone.goto(link);
  await fit(phone);
  assert.equal(await due(phone), "50.00");
  await phone.locator('form[action$="/pay"] button').first().click();
  await phone.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(phone, "4242424242424242");
  await phone.waitForURL(/\/p\/return\/rcp_/);
  await fit(phone);
  assert.match(await phone.locator("main").innerText(), /Payment received/);
  await found(desk, `${demo.url}/admin/outbox`, "Receipt", "pay@corner-stall.example");
  await desk.goto(invoice);
  assert.equal(await due(desk), "0.00");
  await fit(desk);

  // Process in person: the invoice is found in the list by its eye; the check's number and bank are noted.
  await apply(desk, "Lamp Post Posters", "pay@lamp-post.example", "80.00");
  await desk.getByRole("button", { name: "Approve" }).first().click();
  await untilSaid(desk, "Approved");
  await press(desk, "Generate invoice");
  await desk.fill('[name="description"]', "Permit for posters");
  await save(desk, "Generate and send");
  staff.clicks.take();
  await desk.getByRole("link", { name: "Invoices", exact: true }).first().click();
  await desk.waitForURL(`${demo.url}/admin/invoices`);
  await fit(desk);
  await desk.locator("main tr", { hasText: "Lamp Post Posters" }).getByRole("link", { name: /^See INV-/ }).click();
  await desk.waitForURL(/\/admin\/invoices\/inv_/);
  await press(desk, "Check in person");
  await desk.fill('[name="number"]', "2041");
  await desk.fill('[name="bank"]', "Example Savings");
  await save(desk, "Process payment");
  assert.equal(staff.clicks.take(), documented("C", "Find an invoice and process a check in person"));
  await desk.locator('main data[value="0.00"]').first().waitFor();
  assert.equal(await due(desk), "0.00");
  assert.match(await desk.locator('section[aria-labelledby="payments"]').innerText(), /2041/);
  await fit(desk);

  // By credit card, at the counter or by phone: authorize first, then process; until then the page says how long it is held.
  await apply(desk, "Lamp Post Lettering", "pay@lettering.example", "60.00");
  await desk.getByRole("button", { name: "Approve" }).first().click();
  await untilSaid(desk, "Approved");
  await press(desk, "Generate invoice");
  await desk.fill('[name="description"]', "Permit for a sign");
  await save(desk, "Generate and send");
  const sign = desk.url().split("?")[0];
  await desk.getByRole("link", { name: "Card in person" }).click();
  await desk.waitForURL(/\/admin\/payments\/card/);
  await fit(desk);
  assert.equal(await desk.getByRole("button", { name: "Process payment" }).count(), 0, "nothing is authorized yet");
  await desk.getByRole("button", { name: "Authorize" }).click();
  await desk.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(desk, "4242424242424242");
  await desk.waitForURL(/\/admin\/payments\/pay_/);
  await fit(desk);
  assert.match(await desk.locator("main").innerText(), /Held until/);
  await Promise.all([desk.waitForEvent("load"), desk.getByRole("button", { name: "Process payment" }).first().click()]);
  await untilSaid(desk, "Succeeded");
  const receipt = await desk.context().request.get(new URL(await desk.getByRole("link", { name: "Receipt" }).getAttribute("href"), desk.url()).href);
  assert.equal((await receipt.body()).subarray(0, 5).toString(), "%PDF-", "the receipt is printed");
  await desk.goto(sign);
  assert.equal(await due(desk), "0.00");

  assert.deepEqual(staff.errors, []);
  assert.deepEqual(payer.errors, []);
  await staff.context.close();
  await payer.context.close();
});

test("whoever has an unpaid invoice does not receive messages until it is paid", async () => {
  const { page: desk, context, errors } = await openWindow(browser, DESK);
  await signIn(desk, demo);
  await apply(desk, "Quayside Kiosk", "pay@quayside.example", "40.00");
  await desk.getByRole("button", { name: "Approve" }).first().click();
  await untilSaid(desk, "Approved");
  await press(desk, "Generate invoice");
  await desk.fill('[name="description"]', "Permit for a kiosk");
  await save(desk, "Generate and send");
  const invoice = desk.url().split("?")[0];

  await desk.goto(`${demo.url}/admin/messages/new`);
  await desk.getByLabel("All customers").check({ force: true });
  await desk.fill('[name="subject"]', "The office is closed on Friday");
  await desk.fill('[name="body"]', "We are back on Monday.");
  await save(desk, "Send");
  const written = desk.url().split("?")[0];
  const line = desk.locator("main tr", { hasText: "Quayside Kiosk" });
  assert.match(await line.innerText(), /Unpaid invoices: it goes out when they are paid.*Held/s);

  // Paid at the counter in cash, the message goes out by itself.
  await desk.goto(invoice);
  await desk.getByRole("link", { name: "Cash in person" }).click();
  await desk.waitForURL(/\/admin\/payments\/in-person/);
  await desk.fill('[name="tendered"]', "50.00");
  await save(desk, "Process payment");
  assert.match(await desk.locator("h1").innerText(), /Give back \$10\.00/);
  await found(desk, `${demo.url}/admin/outbox`, "The office is closed on Friday", "pay@quayside.example");
  await desk.goto(written);
  assert.match(await line.innerText(), /Sent/);
  await fit(desk);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the books agree afterwards", () => booksAgree(demo));
