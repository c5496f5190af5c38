// What a page gains with script; everything works without it. One module, no libraries, no markup made from text:
// pages are parsed by the browser itself (XMLHttpRequest with responseType "document"), which strict trusted types
// allow and in which no script can run. So the policy needs no named exception.
//
//   live updates   <body data-events="URL">: on each announcement the page is fetched again and every element with
//                  data-live="ID" that differs is replaced, unless someone is typing in it
//   palette        data-palette, ⌘K, Ctrl+K, /
//   windows        <a data-dialog href="…">: the [data-window] part of that page, over this one
//   copy, print    data-copy="#input", data-print
//   asking first   <form data-confirm="…">
//   shortcuts      g then a letter (a[data-go]), n (a[data-new]), ? (the list)
//   sent once      a form that was sent cannot be sent again from the same page; what opens beside it is only a look
//   how much       data-echo="NAME": what is typed into that field of the form, behind data-before

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

const withSelf = (selector, element) => (element.matches(selector) ? [element] : []).concat($$(selector, element));

document.documentElement.classList.add("js");

/** Fetches a page of ours as a document. */
function fetchPage(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.timeout = 15000;
    request.onload = () => (request.response && request.status < 500 ? resolve(request) : reject(new Error(`status ${request.status}`)));
    request.onerror = request.ontimeout = () => reject(new Error("no answer"));
    request.send();
  });
}

function toast(text) {
  const box = $("#toasts");
  if (!box) return;
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = text;
  box.append(note);
  setTimeout(() => note.remove(), 5000);
}

// ---- live updates -------------------------------------------------------------------------------------------------

const isBusy = (element) => element.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

/** Replaces every live part of this page that is different in `fresh`, and says aloud what a part asks to have said. */
function swapLive(fresh) {
  for (const old of $$("[data-live]")) {
    const now = $(`[data-live="${CSS.escape(old.dataset.live)}"]`, fresh);
    if (!now || isBusy(old)) continue;
    keepState(old, now);
    if (now.isEqualNode(old)) continue;
    const said = $("[data-say]", old)?.textContent;
    const href = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const part = document.adoptNode(now);
    old.replaceWith(part);
    if (href) $$("a", part).find((link) => link.getAttribute("href") === href)?.focus();
    const words = $("[data-say]", part)?.textContent;
    if (words && words !== said) say(words);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) part.animate([{ opacity: 0.5 }, { opacity: 1 }], { duration: 400 });
  }
}

/** What the reader opened stays open. A form gets the fresh idempotency key, unless it was just sent with the old one. */
function keepState(old, now) {
  const opened = withSelf("details", old);
  withSelf("details", now).forEach((details, at) => {
    if (opened[at]) details.open = opened[at].open;
  });
  const keys = $$('input[name="idempotency_key"]', now);
  $$('input[name="idempotency_key"]', old).forEach((key, at) => {
    if (!keys[at]) return;
    if (key.form?.dataset.sent) keys[at].setAttribute("value", key.value);
    else key.setAttribute("value", keys[at].value);
  });
}

/** Speaks to screen readers without showing anything. */
function say(words) {
  let box = $("#said");
  if (!box) {
    box = document.createElement("div");
    box.id = "said";
    box.className = "vh";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  box.textContent = words;
}

let refreshing = false;
let wanted = false;
async function refresh() {
  if (refreshing) {
    wanted = true;
    return;
  }
  refreshing = true;
  try {
    do {
      wanted = false;
      const answer = await fetchPage(location.href);
      if (answer.status === 200) swapLive(answer.response);
    } while (wanted);
  } catch {
    // The next announcement, or the next look at the page, tries again.
  } finally {
    refreshing = false;
  }
}

function listen() {
  const url = document.body.dataset.events;
  if (!url || !$("[data-live]")) return;
  let source = null;
  let soon = 0;
  const announce = () => {
    clearTimeout(soon);
    soon = setTimeout(refresh, 120);
  };
  const open = () => {
    if (source) return;
    source = new EventSource(url);
    source.onmessage = announce;
    source.addEventListener("changed", announce);
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) close();
    };
  };
  const close = () => {
    source?.close();
    source = null;
  };
  open();
  // A hidden page holds no connection (browsers allow six to a host); it catches up when it is looked at.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else {
      open();
      refresh();
    }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      open();
      refresh();
    }
  });
}

/** A page that waits for something (a payment being checked) looks again by itself, slower each time. */
function poll() {
  const waiting = $("[data-poll]");
  if (!waiting) return;
  let pause = Number(waiting.dataset.poll) * 1000;
  const again = async () => {
    await refresh();
    if (!$("[data-poll]")) return;
    pause = Math.min(pause * 1.5, 60000);
    setTimeout(again, pause);
  };
  setTimeout(again, pause);
}

// ---- windows ------------------------------------------------------------------------------------------------------

/** Shows the form of another page over this one; when that fails, goes there. */
async function openWindow(link) {
  const dialog = $("#window");
  try {
    const answer = await fetchPage(link.href);
    const part = $("[data-window]", answer.response);
    if (answer.status !== 200 || !part || !dialog) throw new Error("not a window");
    $("#window-title").textContent = part.dataset.window;
    $("#window-body").replaceChildren(document.adoptNode(part));
    echoAll(dialog);
    dialog.showModal();
    ($("[autofocus]", dialog) ?? $("input:not([type=hidden]), select, textarea", dialog))?.focus();
  } catch {
    location.assign(link.href);
  }
}

// ---- the palette --------------------------------------------------------------------------------------------------

function openPalette() {
  const dialog = $("#palette");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  $("#palette-q").select();
}

function wirePalette() {
  const dialog = $("#palette");
  const input = $("#palette-q");
  const found = $("#palette-found");
  if (!dialog || !input || !found) return;
  let pause = 0;
  let turn = 0;
  const look = async () => {
    const mine = ++turn;
    const asked = input.value.trim();
    if (asked.length < 2) {
      found.replaceChildren();
      return;
    }
    try {
      const answer = await fetchPage(`/admin/find?part=1&q=${encodeURIComponent(asked)}`);
      if (mine !== turn) return;
      found.replaceChildren(...$$("[data-found]", answer.response).map((part) => document.adoptNode(part)));
      $("a", found)?.classList.add("at");
    } catch {
      if (mine === turn) found.textContent = "";
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(look, 140);
  });
  input.addEventListener("keydown", (event) => {
    const links = $$("a", found);
    if (!links.length) return;
    const at = links.findIndex((link) => link.classList.contains("at"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      links[at]?.classList.remove("at");
      const next = links[(at + step + links.length) % links.length];
      next.classList.add("at");
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      location.assign(links[at].href);
    }
  });
}

// ---- clicks -------------------------------------------------------------------------------------------------------

async function copy(button) {
  const from = $(button.dataset.copy);
  if (!from) return;
  const text = from.value ?? from.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without leave for the clipboard (plain http) the older way still works from a click.
    from.select?.();
    if (!document.execCommand("copy")) return;
  }
  toast(button.dataset.copied || "Copied");
  const label = $("[data-label]", button);
  if (!label) return;
  const before = label.textContent;
  label.textContent = button.dataset.copied || "Copied";
  setTimeout(() => (label.textContent = before), 2000);
}

document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const on = (selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const copyButton = on("[data-copy]");
  if (copyButton) return void copy(copyButton);
  if (on("[data-print]")) return void print();
  const opener = on("[data-open]");
  if (opener) {
    $("[popover]:popover-open")?.hidePopover();
    return void document.getElementById(opener.dataset.open)?.showModal();
  }
  if (on("[data-close]")) return void on("dialog").close();
  if (event.target instanceof HTMLDialogElement) return void event.target.close(); // a click beside the window
  if (on("[data-add-line]")) return void addLine(on("[data-add-line]"));
  if (!plain) return;
  if (on("[data-palette]")) {
    event.preventDefault();
    return void openPalette();
  }
  const windowLink = on("a[data-dialog]");
  if (windowLink && $("#window")) {
    event.preventDefault();
    openWindow(windowLink);
  }
});

// An opened menu closes when something else is clicked, or by Escape.
document.addEventListener("click", (event) => $$("details.drop[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  $$("details.drop[open]").forEach((menu) => {
    menu.open = false;
    $("summary", menu).focus();
  });
});

// ---- forms --------------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) return void event.preventDefault();
  if (form.method !== "post" || event.submitter?.formTarget) return;
  if (form.dataset.sent) return void event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// A page that comes back from the browser's memory may be sent again; its key still makes it one act.
addEventListener("pageshow", () => {
  $$("form[data-sent]").forEach((form) => delete form.dataset.sent);
  $$("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-auto]")) field.form.requestSubmit();
});

/** A button that moves money says how much: what stands in the field now, while it can be read as an amount. */
function echo(field) {
  const typed = field.value.trim();
  for (const label of $$(`[data-echo="${CSS.escape(field.name)}"]`, field.form)) {
    label.textContent = /^\d[\d.,]*$/.test(typed) ? label.dataset.before + typed : "";
  }
}

function echoAll(part) {
  for (const label of $$("[data-echo]", part)) {
    const field = label.closest("form")?.elements[label.dataset.echo];
    if (field) echo(field);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.form && event.target.name) echo(event.target);
});

/** One more line in the form of an order: a copy of the last one, emptied. */
function addLine(button) {
  const lines = $(button.dataset.addLine);
  const last = lines.lastElementChild;
  const next = last.cloneNode(true);
  const number = lines.children.length;
  for (const field of $$("input, select", next)) {
    field.id = field.id.replace(/\d+$/, String(number));
    if (field.tagName === "INPUT") field.value = field.dataset.start ?? "";
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    field.required = false;
  }
  for (const label of $$("label", next)) label.htmlFor = label.htmlFor.replace(/\d+$/, String(number));
  $$(".wrong", next).forEach((text) => text.remove());
  lines.append(next);
  $("input, select", next)?.focus();
}

// ---- keyboard -----------------------------------------------------------------------------------------------------

let going = 0;
document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k" && $("#palette")) {
    event.preventDefault();
    return void openPalette();
  }
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (event.target instanceof Element && event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
  if (Date.now() - going < 1200) {
    going = 0;
    const link = $(`a[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  const keys = {
    g: () => (going = Date.now()),
    n: () => $("a[data-new]")?.click(),
    "?": () => $("#keys")?.showModal(),
    "/": () => (event.preventDefault(), openPalette()),
  };
  keys[event.key]?.();
});

// ---- begin --------------------------------------------------------------------------------------------------------

// A form that came back is looked at where it is wrong.
$('[aria-invalid="true"]')?.focus();
// A row of tabs that scrolls sideways shows the one we are on.
$$(".tabs [aria-current], .settings > .nav [aria-current]").forEach((tab) => {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
});
$$("[data-wide-open]").forEach((details) => {
  if (matchMedia("(min-width: 52rem)").matches) details.open = true;
});
// Paper shows what the screen folds away.
addEventListener("beforeprint", () => $$("details.sum").forEach((details) => ((details.dataset.was = details.open), (details.open = true))));
addEventListener("afterprint", () => $$("details.sum").forEach((details) => (details.open = details.dataset.was === "true")));
setTimeout(() => $$("#toasts > .toast").forEach((note) => note.remove()), 6000);
echoAll(document);
wirePalette();
listen();
poll();
