// A payer reads German on a phone, and French in the portal: pages, mails and the receipt's PDF; every page in every language
// fits its window, light and dark.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, PHONE, fit, found, openWindow, order, payByCard, press, save, signIn, startBrowser, startDemo } from "./kit.mjs";

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

/** A customer with a language of their own who owes 355.50, and the link that was mailed. */
async function asked(desk, name, email, locale) {
  await desk.goto(`${demo.url}/admin`);
  await press(desk, "New customer");
  await desk.fill('[name="name"]', name);
  await desk.fill('[name="email"]', email);
  await desk.selectOption('[name="locale"]', locale);
  await save(desk, "Save");
  await order(desk, "Display plinths", "355.50");
  await press(desk, "Request payment");
  await save(desk, "Send email");
  await desk.goto(await found(desk, `${demo.url}/admin/outbox`, "Payment request", email));
  const text = await desk.locator("main").innerText();
  return { text, link: text.match(/https?:\/\/\S+\/p\/req_\S+/)?.[0] };
}

test("a German payer reads German, from the mail to the receipt", async () => {
  const staff = await openWindow(browser, DESK);
  await signIn(staff.page, demo);
  const mail = await asked(staff.page, "Atelier Lindenhof", "zahlung@lindenhof.example", "de");
  assert.match(mail.text, /Offener Betrag: 355,50\s\$/);
  assert.match(mail.text, /ein Konto ist nicht nötig/);

  const payer = await openWindow(browser, PHONE, { locale: "en-US" });
  await payer.page.goto(mail.link);
  await fit(payer.page);
  assert.equal(await payer.page.locator("html").getAttribute("lang"), "de");
  assert.match(await payer.page.locator("main").innerText(), /355,50\s\$ bezahlen/);
  for (const colorScheme of ["light", "dark"]) {
    await payer.page.emulateMedia({ colorScheme });
    for (const [code, pay] of [["es", /Pagar 355,50/], ["fr", /Payer 355,50/], ["en", /Pay \$355\.50/], ["de", /355,50\s\$ bezahlen/]]) {
      await payer.page.locator(`.languages a[hreflang="${code}"]`).click();
      await payer.page.locator(`html[lang^="${code}"]`).waitFor();
      await fit(payer.page);
      assert.match(await payer.page.locator("main").innerText(), pay);
    }
  }
  await payer.page.getByRole("button", { name: /355,50\s\$ bezahlen/ }).click();
  await payer.page.waitForURL(/\/sandbox\//);
  await payByCard(payer.page, "4242424242424242");
  await payer.page.getByText("Zahlung erhalten").first().waitFor();
  await fit(payer.page);
  const pdf = await payer.page.getByRole("link", { name: "PDF herunterladen" }).getAttribute("href");
  const answer = await payer.context.request.get(new URL(pdf, demo.url).href);
  assert.equal(answer.headers()["content-type"], "application/pdf");
  assert.match((await answer.body()).toString("latin1"), /\/Lang\s*\(de/, "the receipt's PDF is German");
  await staff.page.goto(await found(staff.page, `${demo.url}/admin/outbox`, "Receipt", "zahlung@lindenhof.example"));
  assert.match(await staff.page.locator("main").innerText(), /Vielen Dank, Ihre Zahlung ist eingegangen/);
  assert.deepEqual([...staff.errors, ...payer.errors], []);
});

test("a French customer's account is French", async () => {
  const staff = await openWindow(browser, DESK);
  await signIn(staff.page, demo);
  await asked(staff.page, "Galerie des Tilleuls", "compta@tilleuls.example", "fr");
  const payer = await openWindow(browser, PHONE, { locale: "fr-FR" });
  await payer.page.goto(`${demo.url}/portal`);
  await fit(payer.page);
  await payer.page.fill('[name="email"]', "compta@tilleuls.example");
  await payer.page.getByRole("button", { name: "Recevoir un lien" }).click();
  await payer.page.getByText("Consultez vos e-mails").first().waitFor();
  await fit(payer.page);
  await staff.page.goto(await found(staff.page, `${demo.url}/admin/outbox`, "Sign-in to the portal", "compta@tilleuls.example"));
  const way = (await staff.page.locator("main").innerText()).match(/https?:\/\/\S+\/portal\/enter\/\S+/)?.[0];
  await payer.page.goto(way);
  await fit(payer.page);
  await payer.page.getByRole("button", { name: "Se connecter" }).click();
  await payer.page.getByText("Tout payer").first().waitFor();
  for (const viewport of [PHONE, DESK]) {
    await payer.page.setViewportSize(viewport);
    await fit(payer.page);
  }
  assert.equal(await payer.page.locator("html").getAttribute("lang"), "fr");
  assert.match(await payer.page.locator("main").innerText(), /Dû par Galerie des Tilleuls/i);
  assert.deepEqual([...staff.errors, ...payer.errors], []);
});
