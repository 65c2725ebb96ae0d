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
// A frame without an address of its own may not change it; it says so below.
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
  // Its own script sends it.
  if (event.defaultPrevented) return;
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
    const filled = new FormData(form, submitter);
    const fields = form.enctype === "multipart/form-data" ? filled : new URLSearchParams(filled);
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
    // Nobody knows whether the server acted, so the page asks to look again.
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
  watch(next);
  for (const part of [next, ...next.querySelectorAll("[data-announce], [data-host]")]) {
    if (part.dataset.announce) announce(part.dataset.announce);
    if (part.dataset.host) tellOf(part);
  }
}

function tellOf(part) {
  const { host, id, reason } = part.dataset;
  tell({ type: `consentry:${host}`, ...(id && { id }), ...(reason && { reason }) });
}

// How long an embedded view lives: two minutes before its end it says so, and asks the page around it for a new token. What is typed or
// ticked stays. At its end nothing of it is left.
const WARNING = 120;
let session;

function watch(part) {
  const view = part.querySelector("[data-session]");
  const done = part.querySelector("[data-close]");
  // There is nobody to tell without a page around.
  if (done && embedded && !opaque) done.hidden = false;
  if (!view) return;
  clearTimeout(session?.warning);
  clearTimeout(session?.over);
  const ends = Date.now() + 1000 * Number(view.dataset.ends);
  session = { view, ends, bearer: view.querySelector("input").value };
  idleFrom(Date.now());
}

// The session has just been used.
function idleFrom(now) {
  const { view } = session;
  clearTimeout(session.warning);
  clearTimeout(session.over);
  view.hidden = true;
  session.until = Math.min(session.ends, now + 1000 * Number(view.dataset.idle));
  session.warning = setTimeout(warn, session.until - 1000 * WARNING - now);
  session.over = setTimeout(() => end("expired"), session.until - now);
}

function warn() {
  session.view.hidden = false;
  announce(session.view.dataset.warning);
  if (session.until === session.ends) tell({ type: "consentry:token-needed", secondsLeft: WARNING });
}

function end(reason) {
  const main = document.getElementById("main");
  const { view } = session;
  clearTimeout(session.warning);
  clearTimeout(session.over);
  session = undefined;
  main.replaceChildren(view);
  view.replaceChildren(view.dataset.over);
  view.hidden = false;
  tell({ type: "consentry:session-ended", reason });
}

function call(path, method, body) {
  return fetch(`/embed/api/v1/${path}`, {
    method,
    body: body && JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    headers: {
      Authorization: `Bearer ${session.bearer}`,
      "X-Consentry-Page": "1",
      ...(body && { "Content-Type": "application/json" }),
    },
  });
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-close]")) tell({ type: "consentry:close" });
  if (!event.target.closest("[data-stay]") || !session) return;
  if (session.until === session.ends) {
    tell({ type: "consentry:token-needed", secondsLeft: Math.round((session.until - Date.now()) / 1000) });
    return;
  }
  const answer = await call("session", "GET").catch(() => undefined);
  if (answer?.ok) idleFrom(Date.now());
});

// The whole page in another language: what stands around the content speaks it too.
function speak(locale) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/embed/connections";
  for (const [name, value] of [["session", session.bearer], ["locale", locale]]) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

// A new token, theme or language, from the page around this one alone.
addEventListener("message", async ({ source, origin, data }) => {
  if (!embedded || source !== window.parent || !(words.hosts ?? "").split(" ").includes(origin)) return;
  if (data?.type === "consentry:theme" && ["auto", "light", "dark"].includes(data.theme)) root.dataset.theme = data.theme;
  if (data?.type === "consentry:locale" && typeof data.locale === "string" && session) speak(data.locale);
  if (data?.type !== "consentry:token" || typeof data.access_token !== "string" || !session) return;
  const answer = await call("session/renew", "POST", { access_token: data.access_token }).catch(() => undefined);
  if (answer?.ok) {
    // Counted from here: the clock of this machine may be another than the server's.
    session.ends = Date.now() + 1000 * (await answer.json()).ends_in;
    idleFrom(Date.now());
  } else if (answer?.status === 409) {
    end("customer_changed");
  }
});

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

if ("embedded" in words && !embedded) watch(document);
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
  watch(document);
  tell({ type: "consentry:ready", height: (told = height()) });
  new ResizeObserver(() => {
    if (!waiting) setTimeout(measure, 100);
    waiting = true;
  }).observe(document.body);
}
