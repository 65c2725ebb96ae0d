// Passkeys, which only script can ask for. Loaded by the pages that use them and by no other.
//
//   <form data-passkey="make|use" data-options="{…}">   its button asks for a passkey; the answer is sent in the field "credential"
//   <… data-passkey-failed hidden>                        shown when nothing came of it
//   <… data-passkey-missing>                              hidden where passkeys can be used
//
// Nothing is stored, and nothing is loaded from elsewhere.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function asked(options) {
  const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) asked.excludeCredentials = named(options.excludeCredentials);
  return asked;
}

function answered({ id, type, response }) {
  const said = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = text(response[name]);
  }
  return JSON.stringify({ id, type, response: said });
}

function show(name, on) {
  for (const part of document.querySelectorAll(`[data-passkey-${name}]`)) {
    part.hidden = !on;
    if (on && name === "failed") part.focus();
  }
}

async function ask(form, button) {
  show("failed", false);
  const publicKey = asked(JSON.parse(form.dataset.options));
  const how = form.dataset.passkey === "make" ? "create" : "get";
  try {
    const credential = await navigator.credentials[how]({ publicKey });
    form.elements.credential.value = answered(credential);
  } catch {
    // Cancelled, too late, known already, or no device at hand: browsers do not tell which, so that pages cannot find out who has what.
    show("failed", true);
    return;
  }
  form.requestSubmit(button);
}

if (window.PublicKeyCredential && isSecureContext) {
  show("missing", false);
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    let asking = false;
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      event.stopPropagation();
      if (asking) return;
      asking = true;
      ask(form, event.submitter).finally(() => { asking = false; });
    });
  }
}
