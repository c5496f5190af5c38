// Staff key a card that its holder reads out: at a desk and on a phone into Stripe's and Square's own fields on a page of ours, declined
// once, then held and processed; and in the terminals of PayPal and Authorize.Net, programs apart that a link opens beside our page,
// which says by itself that the payment arrived.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DESK, PHONE, atDesk, browserOfFile, due, fit, newCustomer, order, save, untilPaid, untilSaid,
} from "./kit.mjs";
import { DECLINED, GOOD, findAt, playScript } from "./pretend.mjs";

const browser = browserOfFile();

/** From an order to where its card is keyed. */
async function toCard(page, orderPage, choice) {
  await page.goto(orderPage);
  await page.locator("main").getByRole("link", { name: "Card in person", exact: true }).first().click();
  const form = page.locator("dialog[open] form, main form").filter({ has: page.locator('[name="card"]') }).first();
  await form.waitFor();
  await fit(page);
  const option = form.locator("option", { hasText: choice });
  await form.locator('[name="card"]').selectOption(await option.getAttribute("value"));
  await form.getByRole("button", { name: "Authorize" }).click();
  await page.waitForURL(/\/admin\/card\//);
}

/** The fields can be used, light and dark. */
async function untilReady(page) {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    await page.goto(page.url());
    await page.locator(".fields:not([aria-busy]) iframe").waitFor();
    await fit(page);
  }
}

async function keyCard(page, number) {
  await page.frameLocator("#fields iframe").getByLabel("Card number").fill(number);
  await page.getByRole("button", { name: /^Authorize \$/ }).click();
}

async function keyedInFields({ processor, shop, staff, desk }) {
  await playScript(staff.context, processor);
  const sent = [];
  staff.context.on("request", (request) => request.url().startsWith(shop.url) && sent.push(`${request.url()} ${request.postData() ?? ""}`));
  await newCustomer(desk, "Lantern Row Gallery", "pay@lantern-gallery.example");
  for (const [viewport, what, amount] of [[DESK, "Display plinths, set of four", "355.50"], [PHONE, "Velvet covers", "75.50"]]) {
    await desk.setViewportSize(DESK);
    await desk.goto(`${shop.url}/admin/customers`);
    await desk.locator("main").getByRole("link", { name: "Lantern Row Gallery" }).first().click();
    const orderPage = await order(desk, what, amount);
    const open = await staff.context.newPage();
    await open.goto(orderPage);
    await desk.setViewportSize(viewport);
    await toCard(desk, orderPage, "fields");
    await untilReady(desk);

    // Nothing typed, then a card that is declined: the page stays, and nothing is held.
    await desk.getByRole("button", { name: /^Authorize \$/ }).click();
    await desk.getByRole("alert").filter({ hasText: /incomplete|valid card number/ }).waitFor();
    await keyCard(desk, DECLINED);
    await desk.getByRole("alert").filter({ hasText: "did not go through" }).waitFor();
    await desk.locator(".fields:not([aria-busy]) iframe").waitFor();
    await fit(desk);
    await keyCard(desk, GOOD);
    await desk.waitForURL(/\/admin\/payments\/pay_/);
    await fit(desk);
    assert.match(await desk.locator("main").innerText(), /Authorized/);
    assert.equal(await due(open), amount, "what is held is not taken");
    await save(desk, "Process payment");
    await untilPaid(open);
    await open.close();
  }
  assert.ok(sent.length > 0 && !sent.some((one) => /4242.?4242|4000.?0000/.test(one)), "what was typed never came to us");
  assert.deepEqual(staff.errors.splice(0).filter((error) => !error.includes("402")), []);
}

async function keyedApart({ processor, staff, desk }, title, terminal) {
  for (const [viewport, colorScheme] of [[DESK, "light"], [PHONE, "dark"]]) {
    await desk.setViewportSize(DESK);
    await newCustomer(desk, `Lantern Row Gallery ${viewport.width}`, `pay-${viewport.width}@lantern-gallery.example`);
    const orderPage = await order(desk, "Display plinths, set of four", "355.50");
    const open = await staff.context.newPage();
    await open.goto(orderPage);
    await desk.setViewportSize(viewport);
    await desk.emulateMedia({ colorScheme });
    await toCard(desk, orderPage, `${title}’s own terminal`);
    await untilSaid(desk, `Waiting for ${title}`);
    await fit(desk);

    // The terminal stands beside our page: what is copied here is typed there.
    const amount = await desk.getByLabel("Amount, in USD").inputValue();
    const reference = await desk.getByLabel("Invoice number", { exact: false }).inputValue();
    assert.equal(amount, "355.50");
    const href = await desk.getByRole("link", { name: new RegExp(`Open ${title}’s terminal`) }).getAttribute("href");
    assert.equal(href, terminal);
    const there = await staff.context.newPage();
    await findAt(there, processor);
    await there.goto(href);
    for (const press of ["Decline", "Pay"]) {
      await there.getByLabel("Amount").fill(amount);
      await there.getByLabel("Invoice number").fill(reference);
      await there.getByRole("button", { name: press, exact: true }).click();
      await there.getByText(press === "Pay" ? "Approved" : "declined").waitFor();
    }
    await there.close();

    // Nobody presses anything here.
    await desk.getByRole("heading", { name: "$355.50 arrived" }).waitFor({ timeout: 30_000 });
    await fit(desk);
    await untilPaid(open);
    await open.close();
    await desk.getByRole("link", { name: "See the payment" }).click();
    await desk.waitForURL(/\/admin\/payments\/pay_/);
    await fit(desk);
  }

  // One that does not go through is given up.
  await desk.setViewportSize(DESK);
  await newCustomer(desk, "Juniper Lane Gallery", "pay@juniper-gallery.example");
  const second = await order(desk, "Velvet covers", "75.50");
  await toCard(desk, second, `${title}’s own terminal`);
  await save(desk, "Look now");
  await untilSaid(desk, `Waiting for ${title}`);
  desk.once("dialog", (dialog) => dialog.accept());
  await desk.getByRole("button", { name: "It did not go through" }).click();
  await desk.waitForURL(/\/admin\/payments\/pay_/);
  assert.match(await desk.locator("main").innerText(), /Canceled/);
  await fit(desk);
}

test("staff key a card into Stripe's fields, at a desk and on a phone", () =>
  atDesk(browser, "stripe", { staff_key_cards: "allowed" }, keyedInFields));

test("staff key a card into Square's fields, at a desk and on a phone", () => atDesk(browser, "square", {}, keyedInFields));

test("staff key a card in PayPal's terminal, and its payment arrives by our reference", () =>
  atDesk(browser, "paypal", {}, (at) => keyedApart(at, "PayPal", "https://www.sandbox.paypal.com/virtualterminal")));

test("staff key a card in Authorize.Net's terminal, and its payment arrives by our reference", () =>
  atDesk(browser, "authorize_net", {}, (at) => keyedApart(at, "Authorize.Net", "https://sandbox.authorize.net")));
