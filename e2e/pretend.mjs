// How a browser meets a pretend processor at the real one's addresses: its pages, and on a page of ours its script.
//
// A script draws what the real one draws, in a frame of its own origin: what is typed there is told to the processor, under the
// policy that our page was sent with, and never to our page. It takes what the real one takes, and refuses what that refuses: a
// color that is none, a charge that is not described. Left out: how the real fields look.

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
  globalThis.Stripe = (key, { locale }) => ({
    elements({ clientSecret, appearance }) {
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
  globalThis.Square = {
    payments: (application, location) => ({
      setLocale(locale) {
        if (!/^[a-z]{2}-[A-Z]{2}$/.test(locale)) throw new TypeError(locale);
      },
      card: (options) => card(options, application, location),
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

/** A button: whoever asks hears when it is pressed. */
function buttonFrame() {
  addEventListener("message", ({ ports }) => {
    document.querySelector("button").addEventListener("click", () => ports[0].postMessage(true), { once: true });
  });
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
  '<button type="button">PayPal</button>',
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
    "https://api.stripe.com/": (request, { api }) => forwarded(request, api),
  },
  square: {
    "https://sandbox.web.squarecdn.com/v1/square.js": () => script(squareScript),
    "https://sandbox.web.squarecdn.com/v1/pretend": () => sent("text/html", ROW),
    "https://pci-connect.squareupsandbox.com/": (request, { pages }) => forwarded(request, pages),
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
