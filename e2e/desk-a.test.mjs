// The web shop's desk (desk A): an order came to cost more after it was paid. What remains is taken in the ways its manual names: by
// a payable request while the order stays pending, through the customer's own pages by staff who act for them, from the card on file,
// and from a card that is keyed into the processor's fields.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  DESK, PHONE, booksAgree, documented, due, fit, found, keepCard, newCustomer, openWindow, order, payByCard, press, save, signIn, startBrowser,
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

/** What was paid is not enough: gift wrapping is added. */
async function amend(desk, clicks, amount) {
  clicks.take();
  await press(desk, "Amend");
  await desk.getByText("Extra service").click();
  await desk.locator('[name="description"]').first().fill("Gift wrapping");
  await desk.locator('[name="unit_amount"]').first().fill(amount);
  await save(desk, "Save amendment");
  assert.equal(clicks.take(), documented("A", "Amend an order after it was paid"));
}

test("an order that came to cost more is collected in every way of the manual", async () => {
  const staff = await openWindow(browser, DESK);
  const { page: desk, clicks } = staff;
  await signIn(desk, demo);
  const customer = await newCustomer(desk, "Paper Lantern Post", "pay@paper-lantern.example");

  // The order was paid; then it came to cost more.
  const paid = await order(desk, "Lantern kits, ten", "90.00");
  await press(desk, "Add Payment");
  await desk.selectOption('[name="kind"]', "card_terminal");
  await save(desk, "Record payment");
  assert.equal(await due(desk), "0.00");
  assert.match(await desk.locator("main ul.acts").innerText(), /Request payment\s+not possible:?\s*Nothing is due here/);
  await amend(desk, clicks, "8.50");
  assert.equal(await due(desk), "8.50");

  // Option 1: a payable request; the order reads pending until it is paid, and goes on by itself.
  clicks.take();
  await press(desk, "Request payment");
  await save(desk, "Send email");
  assert.equal(clicks.take(), documented("A", "Ask for what remains by mail"));
  assert.match(await desk.locator("main .sub").first().innerText(), /Pending/);
  const mail = await staff.context.newPage();
  await mail.goto(await found(mail, `${demo.url}/admin/outbox`, "Payment request", "pay@paper-lantern.example"));
  await fit(mail);
  const link = (await mail.locator("main").innerText()).match(/https?:\/\/\S+\/p\/req_\S+/)?.[0];
  const payer = await openWindow(browser, PHONE);
  const phone = payer.page;
  await phone.goto(link);
  await fit(phone);
  assert.equal(await due(phone), "8.50");
  payer.clicks.take();
  await phone.locator('form[action$="/pay"] button').first().click();
  await phone.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(phone, "4242424242424242");
  await phone.waitForURL(/\/p\/return\/rcp_/);
  await fit(phone);
  assert.equal(payer.clicks.take(), documented("A", "The customer pays what was asked"));
  await desk.locator('main data[value="0.00"]').first().waitFor({ timeout: 10_000 });
  await untilSaid(desk, "Confirmed", "main .sub");
  assert.equal(desk.url().split("?")[0], paid);

  // Option 2: through the customer's own pages. The setting lets staff act; every page says for whom.
  await desk.goto(`${demo.url}/admin/settings/collecting`);
  await desk.selectOption('[name="act_as_customer"]', "clerk");
  await save(desk, "Save");
  await desk.goto(paid);
  await amend(desk, clicks, "4.00");
  await desk.goto(customer);
  clicks.take();
  await Promise.all([desk.waitForURL(/\/portal\/cus_/), desk.getByRole("button", { name: "Act as customer" }).click()]);
  await fit(desk);
  assert.match(await desk.locator(".acting").innerText(), /You act for Paper Lantern Post/);
  assert.equal(await due(desk), "4.00");
  await desk.getByRole("button", { name: "Pay all, $4.00" }).click();
  await desk.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(desk, "4242424242424242");
  await desk.waitForURL(/\/p\/return\/rcp_/);
  assert.equal(clicks.take(), documented("A", "Take it through the customer's own pages"));
  await fit(desk);
  await desk.goto(customer);
  assert.equal(await due(desk), "0.00");

  // Or by a link on which the customer types any amount, instead of so many items of a dollar; nothing is shipped.
  await desk.goto(paid);
  await amend(desk, clicks, "7.00");
  await desk.goto(customer);
  await desk.getByText("Options", { exact: true }).click();
  await desk.selectOption('[name="policy"]', "any");
  await desk.getByRole("button", { name: "Generate Link" }).click();
  await desk.locator(".url input").first().waitFor();
  await fit(desk);
  const anything = await desk.locator(".url input").first().inputValue();
  await phone.goto(anything);
  await fit(phone);
  for (const [amount, left] of [["5.00", "2.00"], ["2.00", "0.00"]]) {
    await phone.fill('[name="amount"]', amount);
    await phone.locator('form[action$="/pay"] button').first().click();
    await phone.waitForURL(/\/sandbox\/checkout\//);
    await payByCard(phone, "4242424242424242");
    await phone.waitForURL(/\/p\/return\/rcp_/);
    await phone.goto(anything);
    assert.equal(await due(phone), left);
  }

  // Option 3: a card on file is charged (Get money).
  await keepCard(desk, "4242424242424242");
  await desk.goto(paid);
  await amend(desk, clicks, "12.00");
  clicks.take();
  await press(desk, "Charge saved method");
  assert.equal(await desk.inputValue('[name="amount"]'), "12.00", "what is due is filled in");
  await save(desk, "Charge");
  assert.equal(clicks.take(), documented("A", "Charge the card on file"));
  assert.match(await desk.locator("main").innerText(), /Succeeded/);
  assert.match(await desk.locator("main").innerText(), /\$12\.00/);

  // Option 4: the processor's virtual terminal. First authorize, then process.
  await desk.goto(paid);
  await amend(desk, clicks, "6.00");
  clicks.take();
  await desk.getByRole("link", { name: "Card in person" }).click();
  await desk.waitForURL(/\/admin\/payments\/card/);
  await fit(desk);
  assert.equal(await desk.inputValue('[name="amount"]'), "6.00");
  await desk.getByRole("button", { name: "Authorize" }).click();
  await desk.waitForURL(/\/sandbox\/checkout\//);
  await fit(desk);
  await payByCard(desk, "4242424242424242");
  await desk.waitForURL(/\/admin\/payments\/pay_/);
  await fit(desk);
  assert.match(await desk.locator("main").innerText(), /Authorized/);
  await Promise.all([desk.waitForEvent("load"), desk.getByRole("button", { name: "Process payment" }).first().click()]);
  await untilSaid(desk, "Succeeded");
  assert.equal(clicks.take(), documented("A", "Key a card in person or by phone"));
  await desk.goto(paid);
  assert.equal(await due(desk), "0.00");
  await fit(desk);

  // Nothing that stands on the account is left over, and the order shows every payment.
  assert.equal(await desk.locator('section[aria-labelledby="payments"] tbody tr', { hasText: "Succeeded" }).count(), 7);
  assert.deepEqual(staff.errors, []);
  assert.deepEqual(payer.errors, []);
  await staff.context.close();
  await payer.context.close();
});

test("the processor invoices what remains and the order goes on by itself", async () => {
  const staff = await openWindow(browser, DESK);
  const { page: desk, clicks } = staff;
  await signIn(desk, demo);
  await newCustomer(desk, "Blue Kite Chandlery", "pay@blue-kite.example");
  const orderPage = await order(desk, "Signal flags, a set", "64.00");

  clicks.take();
  await press(desk, "Invoice from Sandbox");
  assert.equal(await desk.inputValue('[name="to"]'), "pay@blue-kite.example");
  assert.match(await desk.locator("dialog[open], main").first().innerText(), /\$64\.00/);
  await save(desk, "Send invoice");
  assert.equal(clicks.take(), documented("A", "Have the processor invoice what remains"));
  assert.match(await desk.locator("main .sub").first().innerText(), /Pending/);
  const card = desk.locator('section[aria-labelledby="remote"]');
  assert.match(await card.innerText(), /To pay@blue-kite\.example/);
  assert.match(await desk.locator("main ul.acts").first().innerText(), /Request payment\s+not possible:?\s*An invoice of/);
  const url = await card.getByRole("link", { name: "open at Sandbox" }).getAttribute("href");

  // Its receiver needs no account with us: the page is the processor's own.
  const payer = await openWindow(browser, PHONE);
  const phone = payer.page;
  await phone.goto(url);
  await fit(phone);
  assert.match(await phone.locator("main").innerText(), /Signal flags|Order/);
  await payByCard(phone, "4242424242424242");
  await fit(phone);
  assert.match(await phone.locator("main").innerText(), /Thank you, it is paid/);
  await desk.locator('main data[value="0.00"]').first().waitFor({ timeout: 10_000 });
  await untilSaid(desk, "Confirmed", "main .sub");
  assert.equal(desk.url().split("?")[0], orderPage);
  assert.match(await card.innerText(), /Paid/);

  // What Sandbox mailed stands in its own record.
  await desk.goto(`${demo.url}/admin/settings/processors`);
  await desk.goto(new URL(await desk.locator('a[href^="/admin/sandbox/"]').first().getAttribute("href"), demo.url).href);
  await fit(desk);
  assert.match(await desk.locator('section[aria-labelledby="mailed"]').innerText(), /pay@blue-kite\.example/);
  assert.deepEqual(staff.errors, []);
  assert.deepEqual(payer.errors, []);
  await staff.context.close();
  await payer.context.close();
});

/** Presses Tab until the focus is on this field; a day has a stop for each of its parts. */
async function tabTo(page, name) {
  for (let stops = 0; stops < 10; stops += 1) {
    if ((await page.evaluate(() => document.activeElement.name)) === name) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not lead to ${name}`);
}

test("what remains is collected with the keyboard alone", async () => {
  const { page: desk, context, errors } = await openWindow(browser, DESK);
  await signIn(desk, demo);
  await newCustomer(desk, "Brass Bell Bindery", "pay@brass-bell.example");
  await order(desk, "Account books, five", "60.00");

  // The button is reached and pressed, the form is filled in and sent, all by keys.
  await desk.locator("main").getByRole("link", { name: "Add Payment", exact: true }).first().focus();
  await desk.keyboard.press("Enter");
  await desk.locator("dialog[open] form").waitFor();
  assert.equal(await desk.evaluate(() => document.activeElement.name), "amount", "the first field has the focus");
  await desk.keyboard.press("ControlOrMeta+a");
  await desk.keyboard.type("20.00");
  await tabTo(desk, "kind");
  await desk.keyboard.type("Check");
  await tabTo(desk, "reference");
  await desk.keyboard.type("1007");
  await Promise.all([desk.waitForEvent("load"), desk.keyboard.press("Enter")]);
  assert.equal(await due(desk), "40.00");
  assert.match(await desk.locator('section[aria-labelledby="payments"]').innerText(), /1007/);

  // Escape closes a window and gives the focus back to its button.
  await desk.locator("main").getByRole("link", { name: "Request payment", exact: true }).first().focus();
  await desk.keyboard.press("Enter");
  await desk.locator("dialog[open] form").waitFor();
  await desk.keyboard.press("Escape");
  await desk.locator("dialog[open]").waitFor({ state: "detached" });
  assert.equal(await desk.evaluate(() => document.activeElement.textContent.trim()), "Request payment");
  assert.deepEqual(errors, []);
  await context.close();
});

test("the books agree afterwards", () => booksAgree(demo));
