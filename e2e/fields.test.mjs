// The main job where the connection's setting says *in fields on our page*: asked for by mail or by link, paid at 390 px on a page of
// ours that holds what a processor's own script draws, back without a cookie, told by message, receipted. Then by payers whose
// browser has no script, does not get the processor's, or is closed as soon as it paid.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DESK, PHONE, atDesk, browserOfFile, due, fit, found, linkFor, newCustomer, openWindow, order, toPay, untilPaid, untilSaid,
} from "./kit.mjs";
import { DECLINED, GOOD, findAt, playScript } from "./pretend.mjs";

const browser = browserOfFile();

/** The policy of the page that holds these fields. `styles` and `images` are what stands behind our own. */
function policy({ scripts, styles = "", images = "", connects, forms, frames }) {
  return `default-src 'none'; script-src 'self' ${scripts}; style-src 'self'${styles}; img-src 'self' data:${images}; font-src 'self'; ` +
    `connect-src 'self' ${connects}; manifest-src 'self'; worker-src 'self'; form-action 'self' ${forms}; base-uri 'none'; ` +
    `object-src 'none'; frame-src ${frames}; frame-ancestors 'none'; report-uri /csp`;
}

/** The fields can be used: the processor's script said so. */
async function untilReady(page) {
  await page.locator(".fields:not([aria-busy]) iframe").waitFor();
}

/** The page of the fields says this in its one notice, and takes another try. */
async function untilRefused(page, words) {
  await page.getByRole("alert").filter({ hasText: words }).waitFor();
  await untilReady(page);
}

/** Types a card into the processor's frame and presses our button. */
async function payByCard(page, number) {
  const frame = page.frameLocator("#fields iframe");
  await frame.getByLabel("Card number").fill(number);
  await page.getByRole("button", { name: /^Pay \$/ }).click();
}

/** Presses PayPal's button and answers in the window that it opens. */
async function payInWindow(page, name) {
  const opening = page.waitForEvent("popup");
  await page.frameLocator("#fields iframe").getByRole("button", { name: "PayPal" }).click();
  const there = await opened(opening);
  await there.getByRole("button", { name, exact: true }).click();
}

async function opened(opening) {
  const there = await opening;
  await there.getByText("355.50 USD").waitFor();
  return there;
}

const KINDS = {
  stripe: {
    byMail: true,
    elsewhere: /^https:\/\/checkout\.stripe\.com\//,
    policy: () => policy({
      scripts: "https://js.stripe.com https://*.js.stripe.com",
      connects: "https://api.stripe.com",
      forms: "https://checkout.stripe.com",
      frames: "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
    }),
    opener: "same-origin",
    async decline(phone) {
      await phone.getByRole("button", { name: /^Pay \$/ }).click();
      await untilRefused(phone, "Your card number is incomplete.");
      await payByCard(phone, DECLINED);
      await untilRefused(phone, "declined");
    },
    pay: (phone) => payByCard(phone, GOOD),
  },
  square: {
    byMail: true,
    elsewhere: /^https:\/\/square\.link\//,
    policy: () => policy({
      scripts: "https://sandbox.web.squarecdn.com",
      styles: " https://sandbox.web.squarecdn.com",
      connects: "https://connect.squareupsandbox.com https://pci-connect.squareupsandbox.com",
      forms: "https://square.link https://checkout.square.site",
      frames: "https:",
    }),
    opener: "same-origin",
    async decline(phone) {
      await phone.getByRole("button", { name: /^Pay \$/ }).click();
      await untilRefused(phone, "Enter a valid card number.");
      await payByCard(phone, DECLINED);
      await untilRefused(phone, "declined");
    },
    pay: (phone) => payByCard(phone, GOOD),
  },
  paypal: {
    byMail: false,
    elsewhere: /^https:\/\/www\.paypal\.com\//,
    policy: (nonce) => policy({
      scripts: `'nonce-${nonce}' https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com`,
      styles: " 'unsafe-inline'",
      images: " https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com",
      connects: "https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com",
      forms: "https://www.paypal.com https://www.sandbox.paypal.com",
      frames: "https://*.paypal.com https://*.paypalobjects.com https://*.venmo.com",
    }),
    opener: "same-origin-allow-popups",
    async decline(phone, again) {
      // Its window is closed: nothing happened. Whether the card is good is found when the approved order is taken.
      const opening = phone.waitForEvent("popup");
      await phone.frameLocator("#fields iframe").getByRole("button", { name: "PayPal" }).click();
      await (await opened(opening)).close();
      await payInWindow(phone, "Decline");
      await phone.waitForURL(/\/p\/return\/rcp_/);
      await phone.getByText("Payment declined").first().waitFor();
      await fit(phone);
      await again();
      await untilReady(phone);
    },
    pay: (phone) => payInWindow(phone, "Pay"),
  },
};

/** The page that holds the fields is fit at both widths, light and dark, and comes with the policy of its processor each time;
 * `look` is what is looked at besides. */
async function held(page, kind, look = async () => undefined) {
  for (const [viewport, colorScheme] of [[DESK, "light"], [DESK, "dark"], [PHONE, "dark"], [PHONE, "light"]]) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    const headers = (await page.goto(page.url())).headers();
    const nonce = await page.evaluate(() => document.querySelector("script[data-csp-nonce]")?.dataset.cspNonce);
    assert.equal(headers["content-security-policy"], kind.policy(nonce));
    assert.equal(headers["cross-origin-opener-policy"], kind.opener);
    assert.match(headers["permissions-policy"], /payment=\(self\)$/);
    await untilReady(page);
    await fit(page);
    await look();
  }
}

/** The processor's script does not arrive: the page says so, and offers the processor's own. */
async function withoutTheirs(payer, address) {
  const page = await payer.context.newPage();
  await page.route(/^https:/, (route) => route.abort());
  await page.goto(address);
  await page.getByRole("alert").filter({ hasText: "could not be opened" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Pay \$/ }).count(), 0);
  assert.equal(await page.getByRole("button", { name: /’s page instead$/ }).count(), 1);
  await fit(page);
  await page.close();
  // The console says of this page, and rightly, that a file was not there and a name neither.
  const told = payer.errors.splice(0);
  assert.ok(told.some((error) => error.includes("ERR_FAILED")) && told.length <= 2, told.join("\n"));
}

/** A browser without script is led from the page of the fields to the processor's own. */
async function withoutScript(link, processor, kind, amount) {
  const bare = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false });
  bare.setDefaultTimeout(15_000);
  const page = await bare.newPage();
  await findAt(page, processor);
  await page.goto(link);
  await page.locator('form[action$="/pay"] button').first().click();
  await page.waitForURL(/\/pay\/\w+\/rcp_/);
  assert.match(await page.locator("main").innerText(), /need JavaScript/);
  assert.equal(await page.locator(".fields-form").isVisible(), false);
  await page.getByRole("button", { name: /’s page instead$/ }).click();
  await page.waitForURL(kind.elsewhere);
  assert.match(await page.locator("#amount").innerText(), amount);
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  await page.waitForURL(/\/p\/return\/rcp_/);
  assert.match(await page.locator("main").innerText(), /Payment received/);
  await bare.close();
}

async function mainJob(name) {
  const kind = KINDS[name];
  await atDesk(browser, name, { payer_pays: "fields" }, async ({ processor, shop, staff, desk }) => {
    const ours = new RegExp(`^${shop.url}/pay/${name}/rcp_`);

    /** A customer who owes this much, the page of the order, and the address that is sent. */
    const asked = async (customerName, email, what, amount) => {
      const customer = await newCustomer(desk, customerName, email);
      const orderPage = await order(desk, what, amount);
      const link = await linkFor(desk, shop, { customer, orderPage, email, byMail: kind.byMail });
      const page = await staff.context.newPage();
      await page.goto(orderPage);
      assert.equal(await due(page), amount);
      return { page, link };
    };

    // The payer's phone, and all that it sends to us.
    const email = "pay@lantern-gallery.example";
    const first = await asked("Lantern Row Gallery", email, "Display plinths, set of four", "355.50");
    const payer = await openWindow(browser, PHONE);
    const phone = payer.page;
    const sent = [];
    payer.context.on("request", (request) => request.url().startsWith(shop.url) && sent.push(`${request.url()} ${request.postData() ?? ""}`));
    await playScript(payer.context, processor);
    const again = () => toPay(phone, first.link, ours);
    await again();
    await held(phone, kind);
    await withoutTheirs(payer, phone.url());

    // A declined card first, then one that is good, and by then the cookie of our page is gone.
    await kind.decline(phone, again);
    await fit(phone);
    assert.equal(await due(first.page), "355.50", "a declined card pays nothing");
    await payer.context.clearCookies();
    await kind.pay(phone);
    await phone.waitForURL(/\/p\/return\/rcp_/);
    await phone.getByText("Payment received").first().waitFor();
    await fit(phone);
    assert.match(await phone.locator("main").innerText(), /355\.50/);
    assert.ok(sent.length > 0 && !sent.some((one) => /4242|4000.?0000/.test(one)), "what was typed never came to us");

    // The page at the desk says so by itself; the receipt is mailed; what was charged was charged once.
    await untilPaid(first.page);
    await fit(first.page);
    assert.equal(await first.page.locator('section[aria-labelledby="payments"] tbody tr', { hasText: "Succeeded" }).count(), 1);
    await desk.goto(await found(desk, `${shop.url}/admin/outbox`, "Receipt", email));
    assert.match(await desk.locator("main").innerText(), /355\.50/);

    const second = await asked("Anchor Street Gallery", "pay@anchor-gallery.example", "Velvet covers", "75.50");
    await withoutScript(second.link, processor, kind, /75\.50 USD/);
    await untilPaid(second.page);

    // Another payer's browser is closed as soon as they paid: without the way back, the processor's message settles the order.
    const third = await asked("Juniper Lane Gallery", "pay@juniper-gallery.example", "Brass rails", "355.50");
    const hasty = await openWindow(browser, PHONE);
    await playScript(hasty.context, processor);
    await hasty.context.route(/\/p\/return\//, (route) => route.abort());
    await toPay(hasty.page, third.link, ours);
    await untilReady(hasty.page);
    await Promise.all([hasty.page.waitForRequest(/\/p\/return\//), kind.pay(hasty.page)]);
    await hasty.context.close();
    await untilPaid(third.page);
    await desk.goto(`${shop.url}/admin/settings/processors`);
    await untilSaid(desk, "Last message:");
    assert.doesNotMatch(await desk.locator("main").innerText(), /No message yet|Last refused/);

    // Stripe answers a declined card with status 402, which the console notes; nothing else may be there.
    assert.deepEqual(payer.errors.filter((error) => !error.includes("402")), []);
    await payer.context.close();
  });
}

test("a balance owed is asked for, paid in Stripe's fields and receipted", () => mainJob("stripe"));

test("a balance owed is asked for, paid in Square's fields and receipted", () => mainJob("square"));

/** Square's page where a bank account may be chosen: whoever finds the account is let in, and nobody else. */
const WITH_BANKS = {
  policy: () => policy({
    scripts: "https://sandbox.web.squarecdn.com https://cdn.plaid.com/link/v2/stable/link-initialize.js",
    styles: " https://sandbox.web.squarecdn.com",
    connects: "https://connect.squareupsandbox.com https://pci-connect.squareupsandbox.com https://sandbox.plaid.com",
    forms: "https://square.link https://checkout.square.site",
    frames: "https:",
  }),
  opener: "same-origin-allow-popups",
};

test("a bank account is chosen in Square's fields and its payment waits", async () => {
  await atDesk(browser, "square", { payer_pays: "fields", bank_accounts: "us" }, async ({ processor, shop, desk }) => {
    const email = "pay@lantern-gallery.example";
    const customer = await newCustomer(desk, "Lantern Row Gallery", email);
    const orderPage = await order(desk, "Display plinths, set of four", "355.50");
    const link = await linkFor(desk, shop, { customer, orderPage, email, byMail: true });

    const payer = await openWindow(browser, PHONE);
    const phone = payer.page;
    const sent = [];
    payer.context.on("request", (request) => request.url().startsWith(shop.url) && sent.push(`${request.url()} ${request.postData() ?? ""}`));
    await playScript(payer.context, processor);
    await toPay(phone, link, new RegExp(`^${shop.url}/pay/square/rcp_`));
    const [card, account] = [phone.locator("#fields"), phone.getByLabel("Name of the account’s holder")];
    const choose = (name) => phone.getByRole("radio", { name }).check();
    await held(phone, WITH_BANKS, async () => {
      assert.deepEqual([await card.isVisible(), await account.isVisible()], [true, false]);
      await choose("Bank account");
      assert.deepEqual([await card.isVisible(), await account.isVisible()], [false, true]);
      await fit(phone);
    });

    // Whoever changes their mind types a card; without a name nothing is asked; whoever closes the window has paid nothing.
    await choose("Card");
    await payByCard(phone, DECLINED);
    await untilRefused(phone, "declined");
    await choose("Bank account");
    const pay = phone.getByRole("button", { name: /^Pay \$/ });
    await pay.click();
    await phone.getByRole("alert").filter({ hasText: "Type the name" }).waitFor();
    await fit(phone);
    await account.fill("Ada Lovelace-Example");
    const window = phone.frameLocator('iframe[title="Plaid Link"]');
    await pay.click();
    await window.getByRole("button", { name: "Close" }).click();
    await phone.getByRole("alert").filter({ hasText: "was not confirmed" }).waitFor();
    await pay.click();
    await window.getByRole("button", { name: "Saltmarsh Savings" }).click();
    await phone.waitForURL(/\/p\/return\/rcp_/);
    await phone.getByText("Payment under way").first().waitFor();
    for (const [viewport, colorScheme] of [[DESK, "light"], [PHONE, "dark"]]) {
      await phone.setViewportSize(viewport);
      await phone.emulateMedia({ colorScheme });
      await fit(phone);
    }
    assert.ok(sent.length > 0 && !sent.some((one) => one.includes("Lovelace")), "what was typed never came to us");

    // The desk sees that it is under way, and asks nobody for it a second time.
    await desk.goto(orderPage);
    await untilSaid(desk, "Pending");
    assert.equal(await due(desk), "355.50");
    assert.match(await desk.getByRole("region", { name: "Actions" }).innerText(), /Request payment\s+not possible/);
    await fit(desk);
    assert.deepEqual(payer.errors, []);
    await payer.context.close();
  });
});

test("a balance owed is shared, paid by PayPal's button and receipted", () => mainJob("paypal"));
