// Improves pages that work without it: no double submits, answers without a reload, words for screen readers.
//
//   <form data-swap="id">      sends the form and replaces the element of that id by the one in the answer
//   data-announce="words"      in the answer: read out when it is shown
//   <form data-download>       is answered with a file
//   data-focus                 in the answer: gets the focus; otherwise the first heading
//   data-host="type" data-id   in the answer: told to the page around an embedded view
//
// Nothing is stored, nothing is loaded from elsewhere.

const root = document.documentElement;
const words = root.dataset;
const embedded = "embedded" in words && window.parent !== window;

// First of all: the address may hold a one-time token, which no history and no later code may see.
// A frame without an address of its own may not change it; all it can do is to say so, below.
const opaque = self.origin === "null";
if (words.address && !opaque) history.replaceState(null, "", words.address);

// Answers of our own server are the only HTML that this module ever parses.
const identity = { createHTML: (text) => text };
const policy = window.trustedTypes ? trustedTypes.createPolicy("consentry", identity) : identity;

const busy = new WeakSet();

function announce(text) {
  const line = document.getElementById("announcer");
  if (!line) return;
  line.textContent = "";
  setTimeout(() => { line.textContent = text; }, 50);
}

function alarm(text) {
  const line = document.getElementById("alarm");
  if (!line) return;
  line.hidden = !text;
  line.textContent = text;
}

function setBusy(form, on) {
  if (on) busy.add(form); else busy.delete(form);
  form.toggleAttribute("data-busy", on);
  for (const button of form.querySelectorAll("button")) {
    if (on) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // A file is saved beside the page, which stays as it is.
  if ("download" in form.dataset) return;
  if (busy.has(form) || (!navigator.onLine && form.dataset.swap)) {
    event.preventDefault();
    if (!busy.has(form)) alarm(words.offline);
    return;
  }
  setBusy(form, true);
  if (!form.dataset.swap) return;
  event.preventDefault();
  send(form, event.submitter).finally(() => setBusy(form, false));
});

async function send(form, submitter) {
  const target = document.getElementById(form.dataset.swap);
  alarm("");
  const slow = setTimeout(() => {
    target?.setAttribute("aria-busy", "true");
    announce(words.busy);
  }, 400);
  const patience = new AbortController();
  const late = setTimeout(() => patience.abort(), 10000);
  try {
    const fields = new URLSearchParams(new FormData(form, submitter));
    // Attributes, because a field may be called "action" or "method".
    const address = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    const answer = await fetch(address, {
      method: "POST",
      body: fields,
      credentials: "same-origin",
      cache: "no-store",
      signal: patience.signal,
      headers: { Accept: "text/html", "X-Consentry-Page": "1" },
    });
    if (!answer.headers.get("content-type")?.startsWith("text/html")) throw new Error("not a page");
    show(await answer.text(), form.dataset.swap);
  } catch {
    // Nobody knows whether the server acted; the page asks to look again instead of claiming anything.
    alarm(words.failed);
  } finally {
    clearTimeout(slow);
    clearTimeout(late);
    document.getElementById(form.dataset.swap)?.removeAttribute("aria-busy");
  }
}

function show(text, id) {
  const page = new DOMParser().parseFromString(policy.createHTML(text), "text/html");
  // A page without the part, such as a failure, replaces the whole content.
  const name = page.getElementById(id) && document.getElementById(id) ? id : "main";
  const next = page.getElementById(name);
  const previous = document.getElementById(name);
  if (!next || !previous) throw new Error("nothing to show");
  alarm("");
  document.title = page.title;
  previous.replaceWith(document.adoptNode(next));
  const focus = next.matches("[data-focus]") ? next : next.querySelector("[data-focus]") ?? next.querySelector("h1, h2") ?? next;
  if (!focus.hasAttribute("tabindex")) focus.tabIndex = -1;
  focus.focus();
  for (const part of [next, ...next.querySelectorAll("[data-announce], [data-host]")]) {
    if (part.dataset.announce) announce(part.dataset.announce);
    if (part.dataset.host) tell({ type: `consentry:${part.dataset.host}`, id: part.dataset.id });
  }
}

// A page out of the browser's memory may show what is no longer true.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if ("embedded" in words) location.reload();
  for (const form of document.forms) setBusy(form, false);
});
addEventListener("offline", () => alarm(words.offline));
addEventListener("online", () => alarm(""));

function tell(message) {
  if (!embedded) return;
  for (const origin of (words.hosts ?? "").split(" ").filter(Boolean)) {
    window.parent.postMessage({ source: "consentry", v: 1, ...message }, origin);
  }
}

if ("embedded" in words && opaque) {
  const note = document.getElementById("opaque-origin");
  if (note) note.hidden = false;
} else if (embedded) {
  // A frame that is not laid out yet, or hidden, has no width, and each letter a line of its own.
  const needed = () => (innerWidth === 0 ? 0 : Math.ceil(document.body.getBoundingClientRect().height));
  const height = () => Math.max(600, needed());
  let told = 0;
  let waiting = false;
  const measure = () => {
    waiting = false;
    if (height() === told) return;
    told = height();
    tell({ type: "consentry:resize", height: told });
  };
  tell({ type: "consentry:ready", height: (told = height()) });
  new ResizeObserver(() => {
    if (!waiting) setTimeout(measure, 100);
    waiting = true;
  }).observe(document.body);
}
