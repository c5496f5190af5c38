// How a browser meets a pretend processor at the real one's addresses: its pages, and on a page of ours its script.
//
// A script draws what the real one draws, in a frame of its own origin: what is typed there is told to the processor, under the
// policy that our page was sent with, and never to our page. It takes what the real one takes, and refuses what that refuses: a
// color that is none, a charge that is not described. Left out: how the real fields look.

/** What a pretend bank pays with, and what it declines. */
export const GOOD = "4242 4242 4242 4242";
export const DECLINED = "4000 0000 0000 0002";

/** This window finds the processor's pages at the processor's own addresses: whatever it asks for there, the pretend one answers. */
export async function findAt(page, processor) {
  const line = await page.context().newCDPSession(page);
  line.on("Fetch.requestPaused", async ({ requestId, request }) => {
    const { pathname, search } = new URL(request.url);
    const options = { method: request.method, body: request.postData, redirect: "manual" };
    if (request.postData) options.headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(`${processor.pages}${pathname}${search}`, options);
    const responseHeaders = [...answer.headers].map(([name, value]) => ({ name, value }));
    const body = Buffer.from(await answer.arrayBuffer()).toString("base64");
    await line.send("Fetch.fulfillRequest", { requestId, responseCode: answer.status, responseHeaders, body });
  });
  await line.send("Fetch.enable", { patterns: processor.origins.map((origin) => ({ urlPattern: `${origin}/*` })) });
}

/* What runs on our page. Each of these functions is sent there as its text. */

/** Puts a frame of the processor's into a box of our page. Answers when it is there, and how to ask it. */
function framed(box, src, title, height) {
  const frame = Object.assign(document.createElement("iframe"), { src, title });
  Object.assign(frame.style, { border: "0", inlineSize: "100%", blockSize: `${height}px`, colorScheme: "normal" });
  const open = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  const ask = (question) => new Promise((resolve) => {
    const line = new MessageChannel();
    line.port1.onmessage = ({ data }) => resolve(data);
    frame.contentWindow.postMessage(question, new URL(src).origin, [line.port2]);
  });
  box.append(frame);
  return { open, ask };
}

/** What stands for https://js.stripe.com/v3/. */
function stripeScript() {
  const cards = { pay: "pm_card_visa", decline: "pm_card_visa_chargeDeclined" };
  const colors = ["colorPrimary", "colorBackground", "colorText", "colorTextSecondary", "colorDanger"];
  const look = ({ variables }) => {
    for (const name of colors) if (!/^#[0-9a-f]{6}$/.test(variables[name])) throw new TypeError(`${name}: ${variables[name]}`);
    return { ink: variables.colorText, dim: variables.colorTextSecondary, surface: variables.colorBackground, edge: "#8a8f98" };
  };
  /** The one row that staff key a card into, which gives a token and charges nothing. */
  const row = ({ style }) => {
    const heard = {};
    let fields;
    const seen = ({ base }) => ({ ink: base.color, dim: base["::placeholder"].color, surface: "transparent", edge: "transparent" });
    for (const color of [style.base.color, style.base["::placeholder"].color, style.invalid.color]) {
      if (!/^#[0-9a-f]{6}$/.test(color)) throw new TypeError(color);
    }
    return {
      on: (event, then) => Object.assign(heard, { [event]: then }),
      mount(box) {
        fields = framed(box, `https://js.stripe.com/v3/pretend-row?${new URLSearchParams(seen(style))}`, "Secure card payment input frame", 46);
        fields.open.then(() => heard.ready());
      },
      update: (changed) => fields.ask(seen(changed.style)),
      typed: () => fields.ask("card"),
    };
  };
  globalThis.Stripe = (key, { locale }) => ({
    async createPaymentMethod({ type, card }) {
      if (type !== "card" || !key.startsWith("pk_")) throw new TypeError(`${type} of ${key}`);
      const press = await card.typed();
      if (!press) return { error: { type: "validation_error", message: "Your card number is incomplete." } };
      return { paymentMethod: { id: cards[press] } };
    },
    elements({ clientSecret, appearance } = {}) {
      if (!clientSecret) return { create: (kind, options) => (kind === "card" ? row(options) : undefined) };
      const heard = {};
      let fields;
      const payment = {
        on: (event, then) => Object.assign(heard, { [event]: then }),
        mount(box) {
          const src = `https://js.stripe.com/v3/pretend?${new URLSearchParams({ ...look(appearance), locale })}`;
          fields = framed(box, src, "Secure payment input frame", 248);
          fields.open.then(() => heard.ready());
        },
      };
      return {
        clientSecret,
        card: () => fields.ask("card"),
        create: (kind) => (kind === "payment" ? payment : undefined),
        update: (changed) => fields.ask(look(changed.appearance)),
      };
    },
    async confirmPayment({ elements, confirmParams, redirect }) {
      if (redirect !== "if_required" || !/^https?:/.test(confirmParams.return_url)) throw new TypeError("where would it return?");
      const card = await elements.card();
      if (!card) return { error: { type: "validation_error", message: "Your card number is incomplete." } };
      const body = new URLSearchParams({ key, client_secret: elements.clientSecret, payment_method: cards[card] });
      const intent = elements.clientSecret.split("_secret_")[0];
      const answer = await fetch(`https://api.stripe.com/v1/payment_intents/${intent}/confirm`, { method: "POST", body });
      const said = await answer.json();
      return answer.ok ? { paymentIntent: said } : { error: said.error };
    },
  });
}

/** What stands for https://sandbox.web.squarecdn.com/v1/square.js. */
function squareScript() {
  const described = ["amount", "currencyCode", "intent", "customerInitiated", "sellerKeyedIn", "billingContact"];
  const card = async ({ style }, application, location) => {
    for (const rule of Object.values(style)) {
      for (const [name, value] of Object.entries(rule)) {
        if (/color$/i.test(name) && !/^#[0-9a-f]{6}$/.test(value)) throw new TypeError(`${name}: ${value}`);
      }
    }
    const { input } = style;
    const [dim, edge] = [style["input::placeholder"].color, style[".input-container"].borderColor];
    const look = { ink: input.color, dim, surface: input.backgroundColor, edge };
    let fields;
    return {
      async attach(box) {
        const src = `https://sandbox.web.squarecdn.com/v1/pretend?${new URLSearchParams(look)}`;
        fields = framed(box, src, "Secure Credit Card Form", 112);
        await fields.open;
      },
      async tokenize(details) {
        const lacking = described.find((name) => details[name] === undefined);
        if (lacking || !/^\d+\.\d\d$/.test(details.amount)) throw new TypeError(`a charge without ${lacking ?? "an amount"}`);
        const press = await fields.ask("card");
        if (!press) return { status: "Invalid", errors: [{ field: "cardNumber", message: "Enter a valid card number." }] };
        const body = new URLSearchParams({ application, location, press });
        const answer = await fetch("https://pci-connect.squareupsandbox.com/-/card", { method: "POST", body });
        if (!answer.ok) throw new Error(`the card was not taken: ${answer.status}`);
        return { status: "OK", token: await answer.text() };
      },
    };
  };
  /** Plaid's script, which Square's brings into the page for this alone. */
  const plaid = () => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: "https://cdn.plaid.com/link/v2/stable/link-initialize.js" });
    script.addEventListener("load", () => resolve(globalThis.Plaid));
    script.addEventListener("error", () => reject(new Error("the script of the bank's window was not let in")));
    document.head.append(script);
  });
  const ach = async (options, application, location) => {
    const odd = Object.keys(options ?? {}).find((name) => name !== "transactionId");
    if (odd) throw new TypeError(`InvalidConfigurationValueError: ${odd}`);
    const heard = new EventTarget();
    const listened = new Set();
    const tell = (detail) => heard.dispatchEvent(new CustomEvent("ontokenization", { detail }));
    const token = async (holder, amount, currency) => {
      const body = new URLSearchParams({ application, location, holder, amount, currency, press: "pay" });
      const answer = await fetch("https://pci-connect.squareupsandbox.com/-/bank", { method: "POST", body });
      if (!answer.ok) throw new Error(`the account was not taken: ${answer.status}`);
      return answer.text();
    };
    return {
      addEventListener(type, then) {
        listened.add(type);
        heard.addEventListener(type, then);
      },
      removeEventListener: (type, then) => heard.removeEventListener(type, then),
      /** Answers as soon as the window is open; what came of it is told by the event. */
      async tokenize({ accountHolderName, intent, amount, currency }) {
        if (!listened.has("ontokenization")) throw new TypeError("nobody listens for ontokenization");
        if (!accountHolderName || intent !== "CHARGE" || !/^\d+\.\d\d$/.test(amount) || currency !== "USD") throw new TypeError("InvalidOptionError");
        const window = (await plaid()).create({
          token: "link-sandbox-1",
          onSuccess: async () => tell({ tokenResult: { status: "OK", token: await token(accountHolderName, amount, currency) } }),
          onExit: () => tell({ error: new Error("the payer closed the window") }),
        });
        window.open();
      },
    };
  };
  globalThis.Square = {
    payments: (application, location) => ({
      setLocale(locale) {
        if (!/^[a-z]{2}-[A-Z]{2}$/.test(locale)) throw new TypeError(locale);
      },
      card: (options) => card(options, application, location),
      ach: (options) => ach(options, application, location),
    }),
  };
}

/** What stands for https://cdn.plaid.com/link/v2/stable/link-initialize.js. */
function plaidScript() {
  globalThis.Plaid = {
    create: ({ token, onSuccess, onExit }) => ({
      async open() {
        await fetch("https://sandbox.plaid.com/link/workflow/start", { method: "POST", body: token });
        const over = document.body.appendChild(document.createElement("div"));
        Object.assign(over.style, { position: "fixed", inset: "0", zIndex: "9999", background: "rgb(0 0 0 / 60%)" });
        const link = framed(over, "https://cdn.plaid.com/link/v2/stable/link.html", "Plaid Link", innerHeight);
        await link.open;
        const press = await link.ask("pressed");
        // It fades away, as the real one does: a click in a frame that is gone before its end is told waits for that end forever.
        await new Promise((faded) => setTimeout(faded, 400));
        over.remove();
        if (press === "pay") onSuccess("public-sandbox-1", {});
        else onExit(null, {});
      },
    }),
  };
}

/** What stands for https://www.paypal.com/sdk/js. */
function paypalScript() {
  const nonce = document.currentScript.dataset.cspNonce;
  /** The payer's word in PayPal's own window; nothing when they close it. */
  const approved = (there) => new Promise((resolve) => {
    const closed = setInterval(() => there.closed && resolve(), 100);
    addEventListener("message", ({ source, origin, data }) => {
      if (source !== there || origin !== "https://www.paypal.com") return;
      clearInterval(closed);
      resolve(data.approved);
    });
  });
  globalThis.paypal = {
    Buttons: ({ createOrder, onApprove, onCancel, onError }) => ({
      async render(box) {
        // As the real one does: a style without the nonce, and a script with it.
        const style = Object.assign(document.createElement("style"), { textContent: ".pretend-buttons { padding-block: 4px; }" });
        const script = Object.assign(document.createElement("script"), { nonce, textContent: "globalThis.paypalsOwn = true;" });
        document.head.append(style, script);
        if (!globalThis.paypalsOwn) throw new Error("a script with the page's nonce did not run");
        const inside = box.appendChild(Object.assign(document.createElement("div"), { className: "pretend-buttons" }));
        const button = framed(inside, "https://www.paypal.com/smart/pretend", "PayPal", 56);
        await button.open;
        (async () => {
          for (;;) {
            await button.ask("pressed");
            const order = await createOrder();
            const there = open(`https://www.paypal.com/checkoutnow?token=${order}`, "paypal", "popup,width=450,height=600");
            if (!there) onError(new Error("the window did not open"));
            else if (await approved(there)) onApprove({ orderID: order });
            else onCancel({ orderID: order });
          }
        })();
      },
    }),
  };
}

/* What stands in the frames, which are the processor's. */

/** Fields for a card: whoever asks hears what the card's bank will say, and never its number. */
function cardFrame() {
  const banks = { 4242424242424242: "pay", 4000000000000002: "decline" };
  const wear = (look) => {
    for (const [name, color] of Object.entries(look)) document.documentElement.style.setProperty(`--${name}`, color);
  };
  wear(Object.fromEntries(new URLSearchParams(location.search)));
  addEventListener("message", ({ data, ports }) => {
    if (typeof data !== "string") wear(data);
    ports[0].postMessage(data === "card" ? banks[document.querySelector("input").value.replaceAll(" ", "")] : undefined);
  });
}

/** Buttons: whoever asks hears which one is pressed, or was pressed before anybody asked. */
function buttonFrame() {
  let asking;
  let pressed;
  const tell = () => {
    if (!asking || !pressed) return;
    asking.postMessage(pressed);
    asking = undefined;
    pressed = undefined;
  };
  addEventListener("message", ({ ports }) => {
    [asking] = ports;
    tell();
  });
  for (const button of document.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      pressed = button.value;
      tell();
    });
  }
}

const page = (style, body, script = "") => `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<title>Pretend</title><style>body { margin: 0; font: 14px/1.4 system-ui, sans-serif; } ${style}</style></head>
<body>${body}${script && `<script>(${script})();</script>`}</body></html>`;

const field = (name, hint) => `<label>${name}<input inputmode="numeric" autocomplete="off" placeholder="${hint}"></label>`;

const CARD = page(
  `form { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; padding: 2px; color: var(--ink); }
   label:first-child { grid-column: 1 / -1; } ::placeholder { color: var(--dim); opacity: 1; }
   input { display: block; box-sizing: border-box; inline-size: 100%; margin-block-start: 4px; padding: 11px 12px; }
   input { font: 16px system-ui, sans-serif; color: var(--ink); background: var(--surface); }
   input { border: 1px solid var(--edge); border-radius: 9px; }`,
  `<form>${field("Card number", "1234 1234 1234 1234")}${field("Expiration date", "MM / YY")}${field("Security code", "CVC")}
   ${field("Country", "United States")}${field("ZIP code", "12345")}</form>`,
  cardFrame,
);

const ROW = page(
  `form { display: grid; grid-template-columns: 1fr 5.6em 4.4em; color: var(--ink); background: var(--surface); }
   form { border: 1px solid var(--edge); border-radius: 9px; } label { font-size: 0; }
   input { box-sizing: border-box; inline-size: 100%; padding: 13px 10px; font: 16px system-ui, sans-serif; }
   input { color: inherit; background: none; border: 0; } ::placeholder { color: var(--dim); opacity: 1; }`,
  `<form>${field("Card number", "Card number")}${field("Expiration date", "MM/YY")}${field("Security code", "CVV")}</form>`,
  cardFrame,
);

const BUTTON = page(
  `button { inline-size: 100%; block-size: 48px; border: 0; border-radius: 6px; }
   button { font: italic 700 19px system-ui, sans-serif; color: #14296b; background: #ffc439; }`,
  '<button type="button" value="pay">PayPal</button>',
  buttonFrame,
);

const LINK = page(
  `main { max-inline-size: 22rem; margin: 10vh auto; padding: 20px; background: #fff; color: #111; display: grid; gap: 12px; }
   button { padding: 12px; font: 600 16px system-ui, sans-serif; color: #111; background: #eee; border: 1px solid #777; }`,
  `<main><p>Choose your bank</p><button type="button" value="pay">Saltmarsh Savings</button>
   <button type="button" value="close">Close</button></main>`,
  buttonFrame,
);

/** The end of PayPal's window: it tells the page that opened it, as the real one does in place of going back there. */
const approvedPage = page("", "", 'function () { opener.postMessage({ approved: true }, "*"); close(); }');

const sent = (type, body) => ({ contentType: `${type}; charset=utf-8`, body });
const script = (main) => sent("text/javascript", `{\n${framed}\n(${main})();\n}`);

/** What the pretend processor answers at an address of its own. */
async function forwarded(request, base) {
  const { pathname, search } = new URL(request.url());
  const body = request.postData() ?? undefined;
  const headers = body && { "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(`${base}${pathname}${search}`, { method: request.method(), headers, body, redirect: "manual" });
  if (answer.status === 303) return sent("text/html", approvedPage);
  const contentType = answer.headers.get("content-type") ?? "";
  return { status: answer.status, contentType, headers: { "access-control-allow-origin": "*" }, body: await answer.text() };
}

const SCRIPTS = {
  stripe: {
    "https://js.stripe.com/v3/": () => script(stripeScript),
    "https://js.stripe.com/v3/pretend": () => sent("text/html", CARD),
    "https://js.stripe.com/v3/pretend-row": () => sent("text/html", ROW),
    "https://api.stripe.com/": (request, { api }) => forwarded(request, api),
  },
  square: {
    "https://sandbox.web.squarecdn.com/v1/square.js": () => script(squareScript),
    "https://sandbox.web.squarecdn.com/v1/pretend": () => sent("text/html", ROW),
    "https://pci-connect.squareupsandbox.com/": (request, { pages }) => forwarded(request, pages),
    "https://cdn.plaid.com/link/v2/stable/link-initialize.js": () => script(plaidScript),
    "https://cdn.plaid.com/link/v2/stable/link.html": () => sent("text/html", LINK),
    "https://sandbox.plaid.com/": () => ({ contentType: "application/json", headers: { "access-control-allow-origin": "*" }, body: "{}" }),
  },
  paypal: {
    "https://www.paypal.com/sdk/js": () => script(paypalScript),
    "https://www.paypal.com/smart/pretend": () => sent("text/html", BUTTON),
    "https://www.paypal.com/checkoutnow": (request, { pages }) => forwarded(request, pages),
  },
};

/** All pages of this window find the processor's script, with its frames, windows and interface, at the processor's own addresses. */
export async function playScript(context, processor) {
  const played = SCRIPTS[processor.kind];
  const origins = new Set(Object.keys(played).map((address) => new URL(address).origin));
  await context.route((url) => origins.has(url.origin), async (route) => {
    const { origin, pathname } = new URL(route.request().url());
    const answers = played[`${origin}${pathname}`] ?? played[`${origin}/`];
    await (answers ? route.fulfill(await answers(route.request(), processor)) : route.abort());
  });
}
