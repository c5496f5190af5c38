// A processor's own fields on our page: mounts them, and lets its script pay. What is typed there never reaches this file.
// Whatever comes of it, the next page asks the processor; nothing that is known here is believed.
const form = document.querySelector("[data-fields]");
const box = form.querySelector("#fields");
const group = box.parentElement;
const button = form.querySelector("[data-pay]");
const why = form.querySelector("[data-why]");
const given = form.dataset;
const language = document.documentElement.lang.split("-")[0];
const words = (name) => form.querySelector(`template[data-${name}]`).content.textContent;

/** The fields can be typed into. */
function ready() {
  group.removeAttribute("aria-busy");
  form.querySelector("[data-wait]")?.remove();
  if (button) button.disabled = false;
}

/** Says what stands in the way, aloud too. */
function say(text) {
  why.querySelector("[data-text]").textContent = text;
  why.hidden = !text;
}

function unavailable() {
  for (const part of form.querySelectorAll(".fields, [data-ways], [data-bank], [data-pay], .fine")) part.hidden = true;
  say(words("unavailable"));
}

/** On to the page that asks the processor. */
const leave = () => location.assign(given.done);

/** A color of our styles as processors read colors. */
function color(name) {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const sample = form.appendChild(document.createElement("i"));
  sample.className = `tint ${name}`;
  probe.fillStyle = getComputedStyle(sample).color;
  sample.remove();
  probe.fillRect(0, 0, 1, 1);
  return `#${[...probe.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Hands a token to our server, which charges it and leads on. */
function hand(token) {
  const send = form.querySelector("form[data-token]");
  send.elements.token.value = token;
  send.submit();
}

/** Staff key a card at Stripe: its fields give a token, which our server charges as one by mail or telephone. */
async function keyedAtStripe(stripe, dark) {
  const style = () => ({
    base: { color: color("ink"), iconColor: color("ink-3"), fontSize: "16px", "::placeholder": { color: color("ink-3") } },
    invalid: { color: color("bad"), iconColor: color("bad") },
  });
  const card = stripe.elements().create("card", { style: style(), disableLink: true });
  dark.addEventListener("change", () => card.update({ style: style() }));
  card.on("ready", ready);
  card.mount(box);
  return async () => {
    const { paymentMethod, error } = await stripe.createPaymentMethod({ type: "card", card });
    if (!paymentMethod) return error?.message ?? words("failed");
    hand(paymentMethod.id);
  };
}

/** Beside the card a bank account at Square, where the page offers one. Answers how to pay from it, once it is chosen. */
function accountAtSquare(payments) {
  const choice = form.querySelector("[data-ways]");
  if (!choice) return () => undefined;
  const [account, holder] = [form.querySelector("[data-bank]"), form.querySelector("#holder")];
  let ach;
  let told;
  // The card does not wait for this; and Square may not take accounts for this merchant: then there is nothing to choose.
  payments.ach().then((made) => {
    ach = made;
    ach.addEventListener("ontokenization", ({ detail }) => told?.(detail));
    choice.hidden = false;
  }, () => undefined);
  const isChosen = () => choice.querySelector("input:checked").value === "bank";
  choice.addEventListener("change", () => {
    account.hidden = !isChosen();
    group.hidden = isChosen();
    say("");
  });
  const pay = async () => {
    const accountHolderName = holder.value.trim();
    holder.setAttribute("aria-invalid", String(!accountHolderName));
    if (!accountHolderName) {
      holder.focus();
      return words("holder");
    }
    const heard = new Promise((resolve) => { told = resolve; });
    const asked = ach.tokenize({ accountHolderName, intent: "CHARGE", amount: given.amount, currency: given.currency });
    // The token may come either way. Nothing is taken before our server has it, so that whatever went wrong came to nothing.
    const answered = asked.then((result) => (result ? { tokenResult: result } : heard));
    const { tokenResult } = await Promise.race([heard, answered]).catch(() => ({}));
    if (tokenResult?.status !== "OK") return words("unconfirmed");
    hand(tokenResult.token);
  };
  return () => (ach && isChosen() ? pay : undefined);
}

const ways = {
  async square() {
    const payments = Square.payments(given.app, given.location);
    const spoken = { en: "en-US", es: "es-US", fr: "fr-FR" }[language];
    if (spoken) payments.setLocale(spoken);
    const style = {
      input: { backgroundColor: color("surface"), color: color("ink"), fontSize: "16px" },
      "input::placeholder": { color: color("ink-3") },
      ".input-container": { borderColor: color("edge"), borderRadius: "9px" },
      ".input-container.is-focus": { borderColor: color("accent") },
      ".input-container.is-error": { borderColor: color("bad") },
      ".message-text": { color: color("ink-3") }, ".message-icon": { color: color("ink-3") },
      ".message-text.is-error": { color: color("bad") }, ".message-icon.is-error": { color: color("bad") },
    };
    const card = await payments.card({ style });
    await card.attach(box);
    const fromAccount = accountAtSquare(payments);
    ready();
    return async () => {
      const account = fromAccount();
      if (account) return account();
      const details = { amount: given.amount, currencyCode: given.currency, intent: given.keep ? "CHARGE_AND_STORE" : "CHARGE", customerInitiated: !given.staff, sellerKeyedIn: Boolean(given.staff), billingContact: {} };
      const { status, token, errors } = await card.tokenize(details);
      if (status !== "OK") return errors?.[0]?.message ?? words("failed");
      hand(token);
    };
  },
  async paypal() {
    const buttons = paypal.Buttons({
      createOrder: () => given.order, onApprove: leave, onCancel: () => say(""), onError: () => say(words("failed")),
    });
    await buttons.render(box);
    ready();
  },
  async stripe() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const appearance = () => ({
      theme: dark.matches ? "night" : "stripe",
      variables: {
        colorPrimary: color("accent"), colorBackground: color("surface"), colorText: color("ink"), colorTextSecondary: color("ink-3"),
        colorDanger: color("bad"), fontFamily: getComputedStyle(form).fontFamily, borderRadius: "9px", fontSizeBase: "16px",
      },
      rules: { ".Input": { borderColor: color("edge"), boxShadow: "none" }, ".Tab": { borderColor: color("edge"), boxShadow: "none" } },
    });
    const stripe = Stripe(given.key, { locale: language });
    if (given.staff) return keyedAtStripe(stripe, dark);
    const elements = stripe.elements({ clientSecret: given.secret, appearance: appearance() });
    dark.addEventListener("change", () => elements.update({ appearance: appearance() }));
    const fields = elements.create("payment");
    fields.on("ready", ready);
    fields.on("loaderror", unavailable);
    fields.mount(box);
    return async () => {
      const confirmParams = { return_url: new URL(given.done, location.href).href };
      const { error } = await stripe.confirmPayment({ elements, confirmParams, redirect: "if_required" });
      if (!error || !["card_error", "validation_error"].includes(error.type)) return leave();
      return error.message ?? words("failed");
    };
  },
};

let pay;
try {
  pay = await ways[given.fields]();
} catch (error) {
  unavailable();
  throw error;
}

button?.addEventListener("click", async () => {
  if (button.getAttribute("aria-busy")) return;
  say("");
  button.setAttribute("aria-busy", "true");
  // Nothing is known of a script that failed midway: the next page asks.
  const text = await pay().catch(leave);
  if (!text) return;
  button.removeAttribute("aria-busy");
  say(text);
});
