// Enhancements of the pages, which all work without a script.
"use strict";

// move the focus to the list of errors, so that a screen reader reads it first
document.querySelector("[data-focus]")?.focus();

// questions that are only asked after a certain answer appear with it
for (const part of document.querySelectorAll("[data-only-if]")) {
  const choices = document.getElementsByName(`answer-${part.dataset.onlyIf}`);
  const wanted = part.dataset.is.split(" ");
  const look = () => {
    part.hidden = ![...choices].some((each) => (each.checked || each.matches("select")) && wanted.includes(each.value));
  };
  choices.forEach((each) => {
    each.addEventListener("change", look);
  });
  look();
}

// topics are found while one types. The server searches, so that the answer is the same without a script.
const form = document.querySelector("[data-search]");
if (form) {
  const field = form.elements.search;
  const status = document.querySelector("[data-found]");
  const pages = new Map();
  let shown = field.value.trim();
  let counted = shown;
  let timer;
  const load = async (address) => {
    const response = await fetch(address, { keepalive: true });
    if (!response.ok) {
      throw new Error(response.status);
    }
    return new DOMParser().parseFromString(await response.text(), "text/html");
  };
  const show = async () => {
    const text = field.value.trim();
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    if (text === shown) {
      return;
    }
    try {
      if (!pages.has(text)) {
        pages.set(text, load(`${address}&typing=1`));
      }
      const page = await pages.get(text);
      if (text !== field.value.trim()) {
        return;
      }
      for (const part of ["[data-found]", "[data-topics]", ".tongues"]) {
        document.querySelector(part)?.replaceChildren(...page.querySelector(part).cloneNode(true).childNodes);
      }
      document.title = page.title;
      history.replaceState(null, "", address);
      shown = text;
    } catch {
      pages.delete(text); // the button still works
    }
  };
  // a search counts when its words are complete, not at each letter
  const count = () => {
    const text = field.value.trim();
    if (text && text !== counted) {
      counted = text;
      load(`${form.action}?${new URLSearchParams(new FormData(form))}`).catch(() => {});
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 250);
  });
  field.addEventListener("change", count);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    await show();
    if (field.value.trim() === shown) {
      count();
      status.focus();
    } else {
      form.submit();
    }
  });
}

// the minutes that are left of a hold count down
const until = document.querySelector("[data-until]");
if (until) {
  const number = /\d+/;
  const ends = Date.parse(until.dataset.until);
  const timer = setInterval(() => {
    const minutes = Math.ceil((ends - Date.now()) / 60000);
    if (minutes > 1) {
      until.textContent = until.textContent.replace(number, minutes);
      return;
    }
    until.textContent = minutes === 1 ? until.dataset.last : until.dataset.over;
    if (minutes < 1) {
      clearInterval(timer);
    }
  }, 15000);
}

// a little work before a moment is taken keeps robots out: see http/proof_of_work.py
for (const form of document.querySelectorAll("[data-stamped]")) {
  if (!globalThis.crypto?.subtle) {
    continue;
  }
  const stamp = form.elements.stamp;
  const working = (async () => {
    const encoder = new TextEncoder();
    const zeros = 32 - Number(stamp.dataset.bits);
    for (let number = 0; ; number += 1) {
      const bytes = await crypto.subtle.digest("SHA-256", encoder.encode(`${stamp.value}:${number}`));
      if (new DataView(bytes).getUint32(0) >>> zeros === 0) {
        form.elements.work.value = number;
        return;
      }
    }
  })();
  form.addEventListener("submit", (event) => {
    if (form.elements.work.value) {
      return;
    }
    event.preventDefault();
    working.then(() => form.requestSubmit(event.submitter));
  });
}
