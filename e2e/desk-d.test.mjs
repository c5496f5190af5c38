// The membership desk (desk D): full and part payments are recorded and charged against an invoice, a failed charge is tried again, a
// draft is issued and charged in one step, and a payment made by mistake is refunded, credited or moved to the balance.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  DESK, PHONE, booksAgree, documented, due, fit, found, invoice, keepCard, newCustomer, openWindow, payByCard, press, save, signIn, startBrowser,
  startDemo, untilSaid,
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

test("an invoice is paid in parts: a check, a saved card, a card in person, cash, and the rest online", async () => {
  const staff = await openWindow(browser, DESK);
  const { page: desk, clicks } = staff;
  await signIn(desk, demo);
  const customer = await newCustomer(desk, "Mezzanine Makers", "pay@mezzanine.example");
  const bill = await invoice(desk, customer, "Membership, March", "300.00", "Issue and send");

  // Invoices, open the necessary one, Payments, Create: a check that came outside. A part only.
  await desk.getByRole("link", { name: "Invoices", exact: true }).first().click();
  await desk.waitForURL(`${demo.url}/admin/invoices`);
  await fit(desk);
  await desk.locator("main tr", { hasText: "Mezzanine Makers" }).getByRole("link", { name: /^See INV-/ }).click();
  await desk.waitForURL(bill);
  assert.match(await desk.locator("main ul.acts").innerText(), /Charge saved method\s+not possible:?\s*The customer has no saved method/);
  clicks.take();
  await press(desk, "Create payment");
  assert.equal(await desk.inputValue('[name="amount"]'), "300.00", "what is due is filled in");
  await desk.fill('[name="amount"]', "100.00");
  await clicks.choose('[name="kind"]', "check");
  await desk.fill('[name="reference"]', "3001");
  await save(desk, "Record payment");
  assert.equal(clicks.take(), documented("D", "Record a check against an invoice"));
  assert.equal(await due(desk), "200.00");
  assert.match(await desk.locator('section[aria-labelledby="payments"]').innerText(), /3001/);

  // A saved card is charged for a part, now.
  await desk.goto(customer);
  await keepCard(desk, "4242424242424242");
  await desk.goto(bill);
  clicks.take();
  await press(desk, "Charge saved method");
  await desk.fill('[name="amount"]', "80.00");
  await save(desk, "Charge");
  assert.equal(clicks.take(), documented("D", "Charge a saved card for a part"));
  await untilSaid(desk, "Succeeded");
  await desk.goto(bill);
  assert.equal(await due(desk), "120.00");

  // A card in person, from the invoice: authorize, then process.
  await desk.getByRole("link", { name: "Card in person" }).click();
  await desk.waitForURL(/\/admin\/payments\/card/);
  await fit(desk);
  await desk.fill('[name="amount"]', "40.00");
  await desk.getByRole("button", { name: "Authorize" }).click();
  await desk.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(desk, "4242424242424242");
  await desk.waitForURL(/\/admin\/payments\/pay_/);
  await fit(desk);
  await desk.goto(bill);
  assert.match(await desk.locator("main").innerText(), /A payment is under way/, "what is held is reserved");
  await desk.goBack();
  await Promise.all([desk.waitForEvent("load"), desk.getByRole("button", { name: "Process payment" }).first().click()]);
  await desk.goto(bill);
  assert.equal(await due(desk), "80.00");

  // Cash, with its change.
  clicks.take();
  await desk.getByRole("link", { name: "Cash in person" }).click();
  await desk.waitForURL(/\/admin\/payments\/in-person/);
  await fit(desk);
  await desk.fill('[name="amount"]', "30.00");
  await desk.fill('[name="tendered"]', "50.00");
  await save(desk, "Process payment");
  assert.equal(clicks.take(), documented("D", "Take cash over the counter"));
  assert.match(await desk.locator("h1").innerText(), /Give back \$20\.00/);
  await desk.getByRole("link", { name: "Done" }).click();
  await desk.waitForURL(bill);
  assert.equal(await due(desk), "50.00");

  // The member pays the rest online.
  const mail = await found(desk, `${demo.url}/admin/outbox`, "Invoice", "pay@mezzanine.example");
  await desk.goto(mail);
  const link = (await desk.locator("main").innerText()).match(/https?:\/\/\S+\/p\/\S+/)?.[0];
  const payer = await openWindow(browser, PHONE);
  await payer.page.goto(link);
  await fit(payer.page);
  assert.equal(await due(payer.page), "50.00");
  await payer.page.locator('form[action$="/pay"] button').first().click();
  await payer.page.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(payer.page, "4242424242424242");
  await payer.page.waitForURL(/\/p\/return\/rcp_/);
  await fit(payer.page);
  await desk.goto(bill);
  assert.equal(await due(desk), "0.00");
  assert.equal(await desk.locator('section[aria-labelledby="payments"] tbody tr', { hasText: "Succeeded" }).count(), 5);
  await fit(desk);
  assert.deepEqual(staff.errors, []);
  assert.deepEqual(payer.errors, []);
  await staff.context.close();
  await payer.context.close();
});

test("a draft is issued and charged in one step; a charge that fails is tried again", async () => {
  const { page: desk, context, clicks, errors } = await openWindow(browser, DESK);
  await signIn(desk, demo);
  const customer = await newCustomer(desk, "Back Alley Acoustics", "pay@back-alley.example");
  await keepCard(desk, "4242424242424242");
  const draft = await invoice(desk, customer, "Rehearsal room, April", "45.00", "Save draft");
  clicks.take();
  await Promise.all([desk.waitForEvent("load"), desk.getByRole("button", { name: "Issue and charge" }).first().click()]);
  assert.equal(clicks.take(), documented("D", "Issue a draft and charge it"));
  await fit(desk);
  await desk.goto(draft);
  assert.match(await desk.locator("h1").innerText(), /^Invoice INV-/);
  assert.equal(await due(desk), "0.00");

  // Another member's card is declined: the invoice stays owed, the reason is said in words, and the charge is tried again.
  const other = await newCustomer(desk, "Side Door Studio", "pay@side-door.example");
  await keepCard(desk, "4000000000000341");
  const bill = await invoice(desk, other, "Membership, April", "70.00", "Issue");
  await press(desk, "Charge saved method");
  await save(desk, "Charge");
  await untilSaid(desk, "Failed");
  assert.match(await desk.locator("main").innerText(), /declined/i);
  const failed = desk.url();
  clicks.take();
  await Promise.all([desk.waitForEvent("load"), desk.getByRole("button", { name: "Try again" }).first().click()]);
  assert.equal(clicks.take(), documented("D", "Try a failed charge again"));
  await fit(desk);
  assert.notEqual(desk.url().split("?")[0], failed.split("?")[0], "another try is a payment of its own");
  await desk.goto(bill);
  assert.equal(await due(desk), "70.00");
  await fit(desk);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a payment recorded by mistake is refunded, credited or kept as credit", async () => {
  const { page: desk, context, clicks, errors } = await openWindow(browser, DESK);
  desk.on("dialog", (asked) => asked.accept());
  await signIn(desk, demo);
  const customer = await newCustomer(desk, "Loft Library", "pay@loft-library.example");
  await keepCard(desk, "4242424242424242");
  const bill = await invoice(desk, customer, "Membership, May", "200.00", "Issue");
  await press(desk, "Charge saved method");
  await save(desk, "Charge");
  const payment = desk.url().split("?")[0];

  // Refund: the amount, back to the original card by itself.
  clicks.take();
  await press(desk, "Refund");
  await desk.fill('[name="amount"]', "50.00");
  await desk.fill('[name="reason"]', "One week was closed");
  await save(desk, "Refund");
  assert.equal(clicks.take(), documented("D", "Refund a part to the card"));
  assert.match(await desk.locator('section[aria-labelledby="refunds"]').innerText(), /the way it came.*Succeeded.*\$50\.00/s);
  await desk.goto(bill);
  assert.equal(await due(desk), "50.00", "what was refunded is owed again");

  // Credit note: the total is reduced; nothing more is paid out.
  clicks.take();
  await desk.locator("main").getByRole("link", { name: "Credit note" }).first().click();
  await desk.waitForURL(/\/credit$/);
  await fit(desk);
  await desk.fill('[name="reason"]', "One week was closed");
  await desk.fill('[name="amount"]', "50.00");
  await save(desk, "Write credit note");
  assert.equal(clicks.take(), documented("D", "Reduce an invoice by a credit note"));
  assert.equal(await due(desk), "0.00");
  assert.match(await desk.locator('section[aria-labelledby="notes"]').innerText(), /CN-/);

  // To the balance: the money is set free, and the invoice is owed again.
  await desk.goto(payment);
  clicks.take();
  await press(desk, "Re-apply");
  for (const field of await desk.locator('dialog[open] [name="amount"]').all()) await field.fill("");
  await save(desk, "Re-apply");
  assert.equal(clicks.take(), documented("D", "Move a payment to the balance"));
  await desk.goto(bill);
  assert.equal(await due(desk), "150.00");

  // The money balance is adjusted by a person who says why.
  await desk.goto(customer);
  clicks.take();
  await press(desk, "Adjust balance");
  await desk.fill('[name="amount"]', "25.00");
  await desk.fill('[name="note"]', "Overpaid in the old system");
  await save(desk, "Adjust balance");
  assert.equal(clicks.take(), documented("D", "Adjust the money balance"));
  assert.match(await desk.locator('section[aria-labelledby="billing"]').innerText(), /Balance adjustment/);
  await fit(desk);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the books agree afterwards", () => booksAgree(demo));
