// The made-to-order desk (desk B), as its manual walks it: a request for what remains is offered once a processor can be paid by
// request, is written in its window, mailed, opened, downloaded and paid in full by card; staff are told, and nothing can be asked
// for twice. A deposit is added by hand, and a payment under way holds up both.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  DESK, PHONE, booksAgree, connect, documented, due, fit, found, newCustomer, openWindow, order, payByCard, press, save, signIn, startBrowser,
  startProcessor, startShop, untilPaid, untilSaid,
} from "./kit.mjs";

const OWNER = "owner@harbor-and-oak.example";
let paypal;
let shop;
let browser;

before(async () => {
  paypal = await startProcessor("paypal");
  shop = await startShop(paypal);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await shop?.stop();
  shop?.remove();
  await paypal?.stop();
});

const acts = (desk) => desk.locator("main ul.acts").first().innerText();

/** The link that the newest mail of this kind to this address carries. */
async function mailed(desk, kind, email) {
  await desk.goto(await found(desk, `${shop.url}/admin/outbox`, kind, email));
  await fit(desk);
  return desk.locator("main").innerText();
}

const linkIn = (text) => text.match(/https?:\/\/\S+\/p\/req_\S+/)?.[0];

test("a payment request is offered, written, mailed, opened and paid as the manual says", async () => {
  const staff = await openWindow(browser, DESK);
  const desk = staff.page;
  await signIn(desk, shop);
  const email = "pay@copper-kettle.example";
  await newCustomer(desk, "Copper Kettle Café", email);
  const orderPage = await order(desk, "Menu boards, six", "480.00");

  // Without a processor the feature cannot be used, and the button says so; PayPal alone is not compatible.
  assert.match(await acts(desk), /Request payment\s+not possible:?\s*No payment processor is live/);
  await connect(desk, shop, paypal);
  await desk.goto(orderPage);
  await fit(desk);
  assert.match(await acts(desk), /Request payment\s+not possible:?\s*No live processor can be paid online by request: add one that can/);

  // Another processor is added beside it, and the option is there.
  await desk.goto(`${shop.url}/admin/settings/processors/new?kind=sandbox`);
  await save(desk, "Connect");
  await desk.goto(orderPage);

  // The window: To is the contact's address; CC, message; who is told can be taken off and added to.
  await press(desk, "Request payment");
  assert.equal(await desk.inputValue('[name="to"]'), email);
  await desk.fill('[name="cc"]', "books@copper-kettle.example, partner@copper-kettle.example");
  await desk.fill('[name="message"]', "The boards are cut; here is what remains.");
  assert.ok(await desk.getByLabel("Send email notification upon payment").isChecked());
  await desk.getByLabel(OWNER).uncheck({ force: true });
  await desk.fill('[name="notify_more"]', "workshop@harbor-and-oak.example");
  await save(desk, "Send email");
  assert.match(await desk.locator("main .sub").first().innerText(), /Pending/, "the order waits for what was asked");
  const requests = desk.locator('section[aria-labelledby="requests"]');
  assert.match(await requests.innerText(), /pay@copper-kettle\.example.*Copy to books@copper-kettle\.example, partner@copper-kettle\.example.*not opened yet.*\$480\.00/s);

  // The customer receives the mail, opens the invoice by its button, and may download or print it.
  const text = await mailed(desk, "Payment request", email);
  assert.match(text, /View invoice/);
  assert.match(text, /The boards are cut; here is what remains\./);
  assert.match(text, /480\.00/);
  assert.match(text, /books@copper-kettle\.example/);
  const payer = await openWindow(browser, PHONE);
  const phone = payer.page;
  await phone.goto(linkIn(text));
  await fit(phone);
  assert.equal(await due(phone), "480.00");
  assert.match(await phone.locator("main").innerText(), /The boards are cut/);
  const paper = await phone.context().request.get(new URL(await phone.getByRole("link", { name: "Download PDF" }).getAttribute("href"), phone.url()).href);
  assert.equal((await paper.body()).subarray(0, 5).toString(), "%PDF-");
  assert.match(paper.headers()["content-disposition"], /ORD-.*\.pdf"$/);
  assert.ok(await phone.getByRole("button", { name: "Print" }).isVisible());

  // They pay the total, with a credit card: no other amount is offered, and the page is that of the processor that takes requests.
  assert.equal(await phone.locator('form[action$="/pay"] [name="amount"]').count(), 0);
  await phone.locator('form[action$="/pay"] button').click();
  await phone.waitForURL(/\/sandbox\/checkout\//);
  await fit(phone);
  assert.match(await phone.locator("body").innerText(), /480\.00/);
  await payByCard(phone, "4242424242424242");
  await phone.waitForURL(/\/p\/return\/rcp_/);
  await fit(phone);
  assert.match(await phone.locator("main").innerText(), /Payment received/);

  // The order goes on by itself; whoever was named is told, whoever was taken off is not; the button is disabled altogether.
  await desk.goto(orderPage);
  await untilPaid(desk);
  await fit(desk);
  assert.match(await requests.innerText(), /opened \d.*paid \d/s);
  assert.match(await acts(desk), /Request payment\s+not possible:?\s*Nothing is due here/);
  await found(desk, `${shop.url}/admin/outbox`, "Copper Kettle Café paid", "workshop@harbor-and-oak.example");
  const told = desk.locator("main tr", { hasText: "Copper Kettle Café paid" });
  assert.equal(await told.filter({ hasText: OWNER }).count(), 0);

  assert.deepEqual([...staff.errors, ...payer.errors], []);
  await staff.context.close();
  await payer.context.close();
});

test("a deposit is added by hand, the rest is asked for, and a payment under way holds up both", async () => {
  const staff = await openWindow(browser, DESK);
  const { page: desk, clicks } = staff;
  await signIn(desk, shop);
  const email = "pay@slate-roof.example";
  await newCustomer(desk, "Slate Roof Hotel", email);
  const orderPage = await order(desk, "Room numbers, forty", "600.00");

  clicks.take();
  await press(desk, "Add Payment");
  assert.equal(await desk.inputValue('[name="amount"]'), "600.00", "what is due is filled in");
  await desk.fill('[name="amount"]', "150.00");
  await clicks.choose('[name="kind"]', "check");
  await desk.fill('[name="reference"]', "2210");
  await save(desk, "Record payment");
  assert.equal(clicks.take(), documented("B", "Record a deposit by hand"));
  assert.equal(await due(desk), "450.00");

  clicks.take();
  await press(desk, "Request payment");
  await save(desk, "Send email");
  assert.equal(clicks.take(), documented("B", "Send a payment request with copy, message and notice"));

  // A declined card is said to the payer; a debit of the bank is then under way for days.
  const payer = await openWindow(browser, PHONE);
  const phone = payer.page;
  await phone.goto(linkIn(await mailed(desk, "Payment request", email)));
  assert.equal(await due(phone), "450.00");
  await phone.locator('form[action$="/pay"] button').click();
  await phone.waitForURL(/\/sandbox\/checkout\//);
  await payByCard(phone, "4000000000009995");
  assert.match(await phone.locator("body").innerText(), /not enough money/i);
  await payByCard(phone, "000123456789");
  await phone.waitForURL(/\/p\/return\/rcp_/);
  await fit(phone);
  assert.match(await phone.locator("main").innerText(), /days/);

  await desk.goto(orderPage);
  await untilSaid(desk, "A payment is under way.");
  await fit(desk);
  assert.equal(await due(desk), "450.00", "nothing has arrived yet");
  assert.match(await acts(desk), /Request payment\s+not possible:?\s*A payment of 450\.00 USD is under way/);
  await press(desk, "Add Payment");
  await save(desk, "Record payment");
  assert.match(await desk.locator("form.form").first().innerText(), /Record it all the same/, "a second payment needs a word");
  assert.equal(await desk.inputValue('[name="amount"]'), "450.00", "what was typed is still there");

  // The list finds what is under way and what failed.
  await desk.goto(`${shop.url}/admin/payments?filter=pending`);
  await fit(desk);
  assert.match(await desk.locator("main table").innerText(), /Slate Roof Hotel/);
  assert.deepEqual([...staff.errors, ...payer.errors].filter((error) => !/\b(422|409)\b/.test(error)), []);
  await staff.context.close();
  await payer.context.close();
});

test("the books agree afterwards", () => booksAgree(shop));
