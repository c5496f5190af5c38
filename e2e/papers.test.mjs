// Papers against the API: every amount that pdftotext reads on one of the seven papers is one that the API answers for it, and every
// figure that the paper is about stands on it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { startShop } from "./kit.mjs";

let shop;

before(async () => {
  shop = await startShop();
});

after(async () => {
  await shop?.stop();
  shop?.remove();
});

/** Asks the API; answers what it says, which has to have gone well. */
async function call(method, path, body) {
  const headers = { authorization: `Bearer ${shop.key}`, "content-type": "application/json", "idempotency-key": randomUUID() };
  const answer = await fetch(`${shop.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? "" : await answer.text()}`);
  return answer;
}

const get = async (path) => (await call("GET", path)).json();
const post = async (path, body) => (await call("POST", path, body)).json();

/** Amounts in minor units, whatever their sign, each once. */
const amounts = (...all) => new Set(all.flat(Infinity).map(Math.abs));
/** These members of an answer. */
const members = (answer, names) => names.map((name) => answer[name] ?? []);

/** Every whole number in an answer. */
function numbers(answer) {
  if (typeof answer === "number") return [answer];
  return answer && typeof answer === "object" ? Object.values(answer).flatMap(numbers) : [];
}

/** Every amount on a paper: what has two decimals. */
async function onPaper(path) {
  const bytes = Buffer.from(await (await call("GET", path)).arrayBuffer());
  const said = spawnSync("pdftotext", ["-layout", "-", "-"], { input: bytes, encoding: "utf8" });
  assert.equal(said.status, 0, `pdftotext (package poppler-utils): ${said.error ?? said.stderr}`);
  const found = said.stdout.match(/\d[\d,]*\.\d\d(?![\d.])/g) ?? [];
  return { text: said.stdout, found: amounts(found.map((amount) => Number(amount.replace(/\D/g, "")))) };
}

/** The paper has no amount but those of the answers, and all of the wanted ones. */
async function holds(path, answers, wanted) {
  const { text, found } = await onPaper(path);
  const known = amounts(numbers(answers));
  const strange = [...found].filter((amount) => !known.has(amount));
  const missing = [...amounts(wanted)].filter((amount) => amount !== 0 && !found.has(amount));
  assert.deepEqual({ strange, missing }, { strange: [], missing: [] }, `${path}\n${text}\n${JSON.stringify(answers, null, 1)}`);
}

test("every paper says exactly the amounts of the API", async () => {
  const customer = (await post("/customers", { name: "Fern & Field", email: "pay@fern.example" })).id;
  const cash = (amount, target) => ({ customer, amount, currency: "USD", method: { type: "external", kind: "cash" }, ...target });
  const table = { kind: "item", description: "Oak table", quantity: 1, unit_amount: 48011 };
  const order = (await post("/orders", { customer, kind: "order", currency: "USD", lines: [table], state: "confirmed" })).id;
  await post("/payments", cash(12550, { order }));
  const survey = { kind: "item", description: "Survey", quantity: 2, unit_amount: 10006, tax_rate: "10" };
  const report = { kind: "item", description: "Report", quantity: 1, unit_amount: 7003 };
  const invoice = (await post("/invoices", { customer, currency: "USD", lines: [survey, report] })).id;
  const issued = await post(`/invoices/${invoice}/issue`, {});
  const payment = (await post("/payments", cash(25017, { invoice }))).id;
  const taken = { lines: [{ line: issued.lines[1].id, amount: 1304 }], reason: "A page was missing" };
  const note = (await post(`/invoices/${invoice}/credit-notes`, taken)).id;
  const refund = (await post(`/payments/${payment}/refunds`, { amount: 3009, reason: "Agreed by phone" })).id;

  const ordered = await get(`/orders/${order}`);
  await holds(`/orders/${order}/pdf`, [ordered], members(ordered, ["total", "paid", "amount_due"]));

  const billed = await get(`/invoices/${invoice}`);
  const credited = await get(`/credit-notes/${note}`);
  const paid = await get(`/payments/${payment}`);
  const back = await get(`/refunds/${refund}`);
  const account = await get(`/customers/${customer}`);
  // What an invoice adds up by itself: its lines before tax.
  const subtotal = billed.lines.reduce((sum, line) => sum + line.net, 0);
  const due = members(billed, ["total", "paid", "credited", "amount_due", "due_at_issue"]);
  await holds(`/invoices/${invoice}/pdf`, [billed, subtotal, credited, paid, back], [due, subtotal, credited.amount, paid.amount, back.amount]);
  await holds(`/credit-notes/${note}/pdf`, [credited], members(credited, ["amount", "due_before", "due_after"]));
  const owed = account.balances[0].amount_owed;
  const received = [members(paid, ["amount", "refunded"]), paid.allocations[0].amount, billed.amount_due, owed];
  await holds(`/payments/${payment}/pdf`, [paid, account, billed.amount_due], received);
  await holds(`/refunds/${refund}/pdf`, [back, paid, account], [back.amount, paid.amount, owed]);

  const year = new Date().getUTCFullYear();
  const days = `from=${year - 1}-12-31&to=${year + 1}-01-01`;
  const statement = await get(`/reports/statement?customer=${customer}&${days}`);
  const moved = statement.movements.map((row) => row.amount);
  // What a statement adds up by itself: all that was charged, and all that was credited.
  const sums = [moved.filter((amount) => amount < 0), moved.filter((amount) => amount > 0)].map((side) => side.reduce((sum, amount) => sum + amount, 0));
  const rows = [statement.movements.map((row) => [row.amount, row.balance]), statement.open.map((row) => [row.amount, row.open])];
  const all = [rows, sums, members(statement, ["opening", "closing", "free_credit"]), Object.values(statement.ageing)];
  await holds(`/customers/${customer}/statement.pdf?${days}`, [statement, sums], all);

  const open = statement.open.map((row) => [row.amount, row.open]);
  await holds(`/customers/${customer}/letter.pdf`, [statement, account], [open, owed]);
});
