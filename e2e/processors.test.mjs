// The main job with each real processor's pretend one in Sandbox's place: asked for by mail or by link, paid on the processor's own
// page at 390 px, back without a cookie, told by message, receipted. And once more by a payer who never comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  PHONE, atDesk, browserOfFile, due, fit, found, linkFor, newCustomer, openWindow, order, toPay, untilPaid, untilSaid,
} from "./kit.mjs";
import { findAt } from "./pretend.mjs";

const browser = browserOfFile();

/** A button of the processor's page. */
async function pressThere(phone, name) {
  await phone.getByRole("button", { name, exact: true }).click();
}

async function mainJob({ kind, page, declines, byMail }) {
  await atDesk(browser, kind, {}, async ({ processor, shop, staff, desk }) => {
    const email = "pay@lantern-gallery.example";
    const customer = await newCustomer(desk, "Lantern Row Gallery", email);
    const first = await order(desk, "Display plinths, set of four", "355.50");
    const link = await linkFor(desk, shop, { customer, orderPage: first, email, byMail });
    const open = await staff.context.newPage();
    await open.goto(first);
    assert.equal(await due(open), "355.50");

    // The payer's phone: a declined card first, then one that is good, and by then the cookie of our page is gone.
    const payer = await openWindow(browser, PHONE);
    const phone = payer.page;
    await findAt(phone, processor);
    await toPay(phone, link, page);
    assert.match(await phone.locator("#amount").innerText(), /355\.50 USD/);
    await pressThere(phone, "Decline");
    if (declines === "there") {
      await phone.getByRole("alert").waitFor();
    } else {
      await phone.waitForURL(/\/p\/return\/rcp_/);
      await fit(phone);
      await toPay(phone, link, page);
    }
    assert.equal(await due(open), "355.50", "a declined card pays nothing");
    await payer.context.clearCookies();
    await pressThere(phone, "Pay");
    await phone.waitForURL(/\/p\/return\/rcp_/);
    await phone.getByText("Payment received").first().waitFor();
    await fit(phone);
    assert.match(await phone.locator("main").innerText(), /355\.50/);

    // The page at the desk says so by itself; the receipt is mailed; what was charged was charged once.
    await untilPaid(open);
    await fit(open);
    assert.equal(await open.locator('section[aria-labelledby="payments"] tbody tr', { hasText: "Succeeded" }).count(), 1);
    await desk.goto(await found(desk, `${shop.url}/admin/outbox`, "Receipt", email));
    assert.match(await desk.locator("main").innerText(), /355\.50/);

    // Another payer pays and closes the browser on the processor's page: its message alone settles the order.
    const theirs = "pay@anchor-gallery.example";
    const other = await newCustomer(desk, "Anchor Street Gallery", theirs);
    const second = await order(desk, "Velvet covers", "75.50");
    const lonely = await linkFor(desk, shop, { customer: other, orderPage: second, email: theirs, byMail });
    await open.goto(second);
    assert.equal(await due(open), "75.50");
    await toPay(phone, lonely, page);
    const token = phone.locator('form input[name="token"]');
    const fields = (await token.count()) > 0 ? { token: await token.inputValue() } : {};
    const paid = await processor.page(phone.url(), { ...fields, press: "pay" });
    assert.equal(paid.status, 303, "it would lead back");
    await payer.context.close();
    await untilPaid(open);
    await desk.goto(`${shop.url}/admin/settings/processors`);
    await untilSaid(desk, "Last message:");
    assert.doesNotMatch(await desk.locator("main").innerText(), /No message yet|Last refused/);
    await fit(desk);

    assert.deepEqual(payer.errors, []);
  });
}

// `declines`: where a payer hears that the card was declined, on the processor's page or on ours after the way back.
// `byMail`: whether a request by mail is offered; PayPal's page does not wait for days, so a shared balance leads there.

test("a balance owed is asked for, paid on Stripe's page and receipted", () =>
  mainJob({ kind: "stripe", page: /^https:\/\/checkout\.stripe\.com\//, declines: "there", byMail: true }));

test("a balance owed is asked for, paid on Square's page and receipted", () =>
  mainJob({ kind: "square", page: /^https:\/\/square\.link\//, declines: "there", byMail: true }));

test("a balance owed is shared, paid on PayPal's page and receipted", () =>
  mainJob({ kind: "paypal", page: /^https:\/\/www\.paypal\.com\//, declines: "back", byMail: false }));

test("a balance owed is asked for, paid on Authorize.Net's page and receipted", () =>
  mainJob({ kind: "authorize_net", page: /^https:\/\/test\.authorize\.net\//, declines: "there", byMail: true }));
