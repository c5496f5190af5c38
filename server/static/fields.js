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
  for (const part of form.querySelectorAll(".fields, [data-pay], .fine")) part.hidden = true;
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
    ready();
    return async () => {
      const details = { amount: given.amount, currencyCode: given.currency, intent: "CHARGE", customerInitiated: true, sellerKeyedIn: false, billingContact: {} };
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
