// The shop's side of consentry.js: what people type and tick goes to the script, and what it knows is shown.

const id = (name) => document.getElementById(name);
const [said, failed, ask, enter, choices] = ["said", "failed", "ask", "enter", "choices"].map(id);

/** Does something of the script; what fails is told in its words. */
async function attempt(act) {
  said.textContent = "";
  failed.hidden = true;
  try {
    await act();
  } catch (error) {
    failed.textContent = error.message;
    failed.hidden = false;
  }
}

const on = (form, act) =>
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(act);
  });

(globalThis.consentryOnReady ??= []).push(async (consentry) => {
  const news = await consentry.open("news");
  news.onChange(() => {
    for (const { id: purpose } of news.entities) {
      for (const radio of choices.querySelectorAll(`input[name="${CSS.escape(purpose)}"]`)) {
        radio.checked = news.isEnabled(purpose) === (radio.value === "on");
      }
    }
  });
  on(ask, async () => {
    await news.sendCode(id("name").value.trim());
    enter.hidden = false;
    id("code").focus();
  });
  on(enter, async () => {
    await news.enter(id("code").value.trim());
    enter.reset();
    enter.hidden = true;
  });
  on(choices, async () => {
    for (const [purposeId, value] of new FormData(choices)) news.choose({ purposeId, value: value === "on" });
    said.textContent = (await news.save()) ? said.dataset.saved : said.dataset.unchanged;
  });
  id("leave").addEventListener("click", () => attempt(() => consentry.signOut()));
});
