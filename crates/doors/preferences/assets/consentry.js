// Preferences on pages of the first party: what a center shows, getting in by mail, and saving, without a page of Consentry in sight.
//
//   <script src="https://consent.example/consentry.js" data-key="PUBLIC KEY" async></script>
//
// `data-language`, `data-storage` ("session", "local" or "none": where a token outlives the page) and `data-names="didomi"` (the names
// that pages written for Didomi use, beside ours) say more. It has no dependencies, and uses no cookies.
(() => {
  "use strict";
  const script = document.currentScript;
  const own = { ...script?.dataset };
  const base = new URL(".", script?.src || location.href).href.replace(/\/$/, "");
  const theirs = own.names === "didomi";
  const config = (theirs && window.didomiConfig) || {};
  const key = own.key ?? config.app?.apiKey ?? config.apiKey ?? "";
  const NAME = "consentry_token";
  const PREFIXES = theirs ? ["consentry", "didomi"] : ["consentry"];
  const containers = new Map();
  let language = own.language ?? "";

  // Storage throws where a browser forbids it; a page then knows people until it is left.
  const storage = (() => {
    const wanted = own.storage ?? (config.user?.shouldReadTokenFromLocalStorage ? "local" : "session");
    try {
      return wanted === "none" ? undefined : wanted === "local" ? localStorage : sessionStorage;
    } catch {
      return undefined;
    }
  })();
  const stored = (act) => {
    try {
      return storage && act(storage);
    } catch {
      return undefined;
    }
  };

  let token = stored((kept) => kept.getItem(NAME)) ?? "";

  function setToken(text) {
    if (text === token) return;
    token = text;
    stored((kept) => (text ? kept.setItem(NAME, text) : kept.removeItem(NAME)));
  }

  // Another script may have a `token` in the address too: only a consent token is taken, and then nobody finds it there again.
  function fromAddress() {
    const address = new URL(location.href);
    const found = address.searchParams.get("token") ?? "";
    try {
      const claims = JSON.parse(atob(found.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
      if (claims.typ !== "consent-token") return;
    } catch {
      return;
    }
    setToken(found);
    address.searchParams.delete("token");
    history.replaceState(history.state, "", address);
  }

  async function ask(path, { query = {}, body, bearer } = {}) {
    const address = new URL(`${base}/v1${path}`);
    for (const [name, value] of Object.entries(query)) if (value) address.searchParams.set(name, value);
    const used = token;
    const headers = {};
    if (bearer) headers.Authorization = `Bearer ${used}`;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(address, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    // A token that is over is none; one that came meanwhile stays.
    if (bearer && answer.status === 401 && token === used) {
      setToken("");
      renew();
    }
    const wait = Number(answer.headers.get("Retry-After")) || undefined;
    throw Object.assign(new Error(said.message ?? answer.statusText), {
      status: answer.status,
      code: said.name,
      errors: said.errors,
      retryAfter: wait,
    });
  }

  const renew = () => Promise.allSettled([...containers.values()].map((one) => one.refresh()));
  const list = (value) => (Array.isArray(value) ? value : value ? String(value).split(",") : []);

  class Container {
    #center;
    #user;
    #waiting = [];
    #collected = [];
    #listeners = new Set();
    #address = "";
    #language;
    #turn = 0;

    constructor(id) {
      this.id = id;
      this.ready = this.#load();
      this.ready.catch(() => {});
    }

    async #load() {
      const lang = this.#language ?? (language || document.documentElement.lang);
      this.#center = await ask(`/privacy-centers/${encodeURIComponent(this.id)}`, { query: { key, lang } });
      await this.refresh();
    }

    /** Reads anew what the person chose. */
    async refresh() {
      const turn = ++this.#turn;
      let user;
      let waiting = [];
      if (token && this.#center) {
        const regulation = this.#center.regulation;
        try {
          const [users, events] = await Promise.all([
            ask("/consents/users", { bearer: true, query: { regulation } }),
            ask("/consents/events", { bearer: true, query: { regulation, status: "pending_approval" } }),
          ]);
          user = users.data[0];
          waiting = events.data;
        } catch (error) {
          // A token that may only write shows nothing, and can be used.
          if (error.status !== 403 && error.status !== 401) throw error;
        }
      }
      // What was asked for later counts, whichever answer comes first.
      if (turn !== this.#turn) return;
      this.#user = user;
      this.#waiting = waiting;
      this.#tell();
    }

    #tell() {
      for (const listener of this.#listeners) listener(this);
    }

    /** Calls `listener` now and after each change; answers what ends that. */
    onChange(listener) {
      this.#listeners.add(listener);
      if (this.#center) listener(this);
      return () => this.#listeners.delete(listener);
    }

    /** The center's words and rules: title, lead, direction, url and what is asked of choices. */
    get center() {
      return this.#center;
    }

    /** What can be chosen: purposes with their preferences, and their values. */
    get entities() {
      return this.#center?.purposes ?? [];
    }

    get isAuthenticated() {
      return token !== "";
    }

    #find(kind, id) {
      return this.#user?.consents?.[kind]?.find((one) => one.id === id);
    }

    /** Whether a purpose is on; undefined where nobody said. */
    isEnabled(purposeId) {
      return this.#find("purposes", purposeId)?.enabled ?? undefined;
    }

    /** As `isEnabled`, of a channel. */
    isChannelEnabled(channelId) {
      return this.#find("channels", channelId)?.enabled ?? undefined;
    }

    /** The chosen values of a preference. */
    values({ purposeId, preferenceId }) {
      return list(this.#find("purposes", purposeId)?.values?.[preferenceId]?.value);
    }

    /** Whether a change of a purpose waits for an approval. */
    isWaiting(purposeId) {
      return this.#waiting.some((event) => event.consents?.purposes?.some((one) => one.id === purposeId));
    }

    /** Sends a code, or a link to this page, as the organization prefers; answers which. */
    async begin(address) {
      const { type } = await ask("/auth/initiate", { query: { key, widget_id: this.id } });
      return type === "message" ? this.sendLink(address) : this.sendCode(address);
    }

    async sendCode(address) {
      this.#address = address;
      await ask("/auth/protocols/otp/generate", { query: { key, widget_id: this.id, email: address } });
      return "code";
    }

    async sendLink(address) {
      const { origin, pathname, search } = location;
      const query = { key, widget_id: this.id, id: address, privacy_center_url: origin + pathname + search };
      await ask("/auth/protocols/message/callback", { query });
      return "link";
    }

    /** Gets in with the code that was sent. */
    async enter(code) {
      const at = `/auth/protocols/otp/verify?${new URLSearchParams({ key, widget_id: this.id })}`;
      const body = { code: String(code), organization_user_id: this.#address };
      const { id_token } = await ask(at, { body });
      await updateToken(id_token);
    }

    /** Keeps a choice until `save`: `{ purposeId, value }`, `{ purposeId, preferenceId, value }` or `{ channelId, value }`. */
    choose(choice) {
      this.#collected.push(choice);
    }

    /** Saves what was collected, or one choice, as one event with what is other than before; answers the event, none where nothing is. */
    async save(choice) {
      const purposes = new Map();
      const channels = new Map();
      const collected = choice ? [choice] : this.#collected;
      for (const { purposeId, preferenceId, channelId, value } of collected) {
        if (channelId !== undefined) {
          channels.set(channelId, { id: channelId, enabled: value });
          continue;
        }
        const one = purposes.get(purposeId) ?? { id: purposeId };
        purposes.set(purposeId, one);
        if (preferenceId === undefined || preferenceId === null) one.enabled = value;
        else one.values = { ...one.values, [preferenceId]: { value: list(value).join(",") } };
      }
      for (const one of purposes.values()) {
        if ("enabled" in one && one.enabled === this.isEnabled(one.id)) delete one.enabled;
        for (const [preferenceId, { value }] of Object.entries(one.values ?? {})) {
          if (value === this.values({ purposeId: one.id, preferenceId }).join(",")) delete one.values[preferenceId];
        }
        if (one.values && !Object.keys(one.values).length) delete one.values;
        if (Object.keys(one).length === 1) purposes.delete(one.id);
      }
      for (const one of channels.values()) {
        if (one.enabled === this.isChannelEnabled(one.id)) channels.delete(one.id);
      }
      const consents = {};
      if (purposes.size) consents.purposes = [...purposes.values()];
      if (channels.size) consents.channels = [...channels.values()];
      let event;
      if (Object.keys(consents).length) {
        const regulation = this.#center?.regulation ?? undefined;
        const body = { consents, regulation, domain: location.hostname };
        event = await ask("/consents/events", { bearer: true, body });
      }
      if (!choice) this.#collected = [];
      if (event) await this.refresh();
      return event;
    }

    /** Shows its words in another language. */
    async setLanguage(tag) {
      this.#language = tag;
      this.ready = this.#load();
      await this.ready;
    }
  }

  function container(id) {
    if (!containers.has(id)) containers.set(id, new Container(id));
    return containers.get(id);
  }

  async function updateToken(text) {
    setToken(text ?? "");
    await renew();
  }

  // Elements. Nothing of them is seen: they show and hide what the page puts into them, and hear its events.
  function define(name, attributes, { connect, hear = {} }) {
    for (const prefix of PREFIXES) {
      const wrap = `${prefix}-container-headless`;
      customElements.define(
        `${prefix}-${name}`,
        class extends HTMLElement {
          static observedAttributes = ["container-id", "id", ...attributes];
          #leave;

          connectedCallback() {
            this.disconnectedCallback();
            const id = this.getAttribute("container-id") ?? (this.closest(wrap)?.id || undefined);
            if (!id) return;
            const one = container(id);
            const ends = [one.onChange(() => connect?.(this, one))];
            for (const [event, act] of Object.entries(hear)) {
              const listener = async ({ detail }) => {
                const tell = (outcome) =>
                  this.dispatchEvent(new CustomEvent(`${prefix}:${outcome.failed ? "failed" : "done"}`, { bubbles: true, detail: outcome }));
                try {
                  await one.ready;
                  tell({ event, result: await act(one, detail ?? {}) });
                } catch (failed) {
                  tell({ event, failed });
                }
              };
              this.addEventListener(`${prefix}:${event}`, listener);
              ends.push(() => this.removeEventListener(`${prefix}:${event}`, listener));
            }
            this.#leave = () => ends.forEach((end) => end());
          }

          disconnectedCallback() {
            this.#leave?.();
            this.#leave = undefined;
          }

          attributeChangedCallback() {
            if (this.isConnected) this.connectedCallback();
          }
        },
      );
    }
  }

  const show = (element, text) => {
    if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
  };

  function entity(one, id, type) {
    const preferences = one.entities.flatMap((purpose) => purpose.preferences);
    const values = preferences.flatMap((preference) => preference.values);
    const kinds = { purpose: one.entities, preference: preferences, value: values, channel: one.center?.channels ?? [] };
    return (kinds[type] ?? Object.values(kinds).flat()).find((found) => found.id === id);
  }

  function start() {
    fromAddress();
    define("container-headless", [], {});
    define("consent-asked", [], {});
    define("if-authenticated", [], { connect: (element, one) => (element.hidden = !one.isAuthenticated) });
    define("if-not-authenticated", [], { connect: (element, one) => (element.hidden = one.isAuthenticated) });
    define("auth-headless", [], {
      hear: {
        "send-authentication": (one, { value }) => one.begin(value),
        "verify-otp-code": (one, { value }) => one.enter(value),
      },
    });
    define("consent-receiver", [], { hear: { "set-consents": (one, detail) => one.save(detail) } });
    define("pending-consent-receiver", [], {
      hear: {
        "set-pending-consents": (one, detail) => one.choose(detail),
        "save-pending-consents": (one) => one.save(),
      },
    });
    define("component-content", ["component-property"], {
      connect: (element, one) => show(element, one.center?.[element.getAttribute("component-property") ?? "title"]),
    });
    define("entity-content", ["entity-id", "entity-property", "entity-type"], {
      connect: (element, one) => {
        const found = entity(one, element.getAttribute("entity-id"), element.getAttribute("entity-type"));
        show(element, found?.[element.getAttribute("entity-property") ?? "name"]);
      },
    });

    // A whole center as a frame: the page of Consentry itself, as tall as it says that it is.
    customElements.define(
      "consentry-center",
      class extends HTMLElement {
        #hear;

        connectedCallback() {
          const frame = document.createElement("iframe");
          const address = new URL(`${base}/center/${encodeURIComponent(this.getAttribute("center") ?? "")}`);
          const lang = language || document.documentElement.lang;
          if (lang) address.searchParams.set("lang", lang);
          if (token) address.searchParams.set("token", token);
          frame.src = address;
          frame.title = this.getAttribute("frame-title") ?? "Consentry";
          Object.assign(frame.style, { width: "100%", height: "600px", border: "0" });
          this.#hear = ({ origin, source, data }) => {
            if (origin !== address.origin || source !== frame.contentWindow) return;
            if (data?.source === "consentry" && data.height > 0) frame.style.height = `${Number(data.height)}px`;
          };
          addEventListener("message", this.#hear);
          this.replaceChildren(frame);
        }

        disconnectedCallback() {
          removeEventListener("message", this.#hear);
        }
      },
    );

    const api = {
      /** A center of the organization; `await` its `ready`, or its `open`. */
      container,
      async open(id) {
        const one = container(id);
        await one.ready;
        return one;
      },
      updateToken,
      signOut: () => updateToken(""),
      get isAuthenticated() {
        return token !== "";
      },
    };
    window.Consentry = api;
    queue("consentryOnReady", api);

    if (theirs) {
      window.DidomiWidgets = {
        async getContainerById(id) {
          const one = await api.open(id);
          return {
            id,
            getEntities: async () => one.entities,
            isConsentPurposeEnabled: (purposeId) => one.isEnabled(purposeId) === true,
            getPreferenceValueById: (which) => one.values(which).join(",") || undefined,
            setWidgetLocale: (tag) => one.setLanguage(tag),
          };
        },
        updateToken,
      };
      queue("didomiWidgetsOnReady", window.DidomiWidgets);
    }
  }

  // Whoever came before waits in a list; whoever comes later is called at once.
  function queue(name, argument) {
    const before = Array.isArray(window[name]) ? window[name] : [];
    window[name] = { push: (...all) => all.forEach((one) => one(argument)) };
    window[name].push(...before);
  }

  if (!window.Consentry) start();
})();
