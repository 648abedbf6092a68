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

// topics are found while one types
const search = document.querySelector("[data-search] input[type=search]");
if (search) {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const cards = [...document.querySelectorAll("ul.cards > li")];
  const said = cards.map((card) => plain(`${card.textContent} ${card.dataset.words}`).split(/[^\p{L}\p{N}]+/u));
  search.addEventListener("input", () => {
    const asked = plain(search.value)
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
    cards.forEach((card, number) => {
      card.hidden = !asked.every((word) =>
        said[number].some((each) => each.startsWith(word) || (word.length > 3 && each.includes(word))),
      );
    });
    for (const section of document.querySelectorAll("main section")) {
      section.hidden = !section.querySelector("li:not([hidden])");
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
    if (minutes < 1) {
      clearInterval(timer);
      return;
    }
    until.textContent = until.textContent.replace(number, minutes);
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
