// The kiosk returns to its empty first page after a minute without input.
"use strict";

const PATIENCE = 60000;
let timer = 0;
const again = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const address = new URL(location.href);
    location.replace(
      `${address.pathname.split("/").slice(0, 3).join("/")}?location=${address.searchParams.get("location") ?? ""}`,
    );
  }, PATIENCE);
};
for (const kind of ["pointerdown", "keydown", "input"]) {
  document.addEventListener(kind, again);
}
again();
// one press sends a form once
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
  }
  event.target.dataset.sent = "1";
});
// discard what was typed when a visitor goes back to a page
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
// the keyboard of a screen without one: shown where fingers are the pointer
const LAYOUTS = {
  azerty: ["azertyuiop", "qsdfghjklm", "wxcvbn-'"],
  qwerty: ["qwertyuiop", "asdfghjkl-", "zxcvbnm'"],
  qwertz: ["qwertzuiopü", "asdfghjklöä", "yxcvbnm-ß"],
};
for (const keyboard of document.querySelectorAll("[data-keyboard-for]")) {
  const field = document.getElementById(keyboard.dataset.keyboardFor);
  const key = (label, press, name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    if (name) {
      button.setAttribute("aria-label", name);
    }
    // the cursor stays in the field
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      press();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  };
  const write = (text) => () => {
    if (field.value.length < field.maxLength) {
      field.value += text;
    }
  };
  for (const letters of ["1234567890", ...LAYOUTS[keyboard.dataset.layout]]) {
    const row = document.createElement("div");
    row.append(...[...letters].map((letter) => key(letter, write(letter))));
    keyboard.append(row);
  }
  const erase = key(
    "⌫",
    () => {
      field.value = field.value.slice(0, -1);
    },
    keyboard.dataset.erase,
  );
  const space = key(keyboard.dataset.space, write(" "));
  space.className = "space";
  const last = document.createElement("div");
  last.append(space, erase);
  keyboard.append(last);
  if (matchMedia("(pointer: coarse)").matches) {
    keyboard.hidden = false;
    field.inputMode = "none"; // no second keyboard of the device
  }
}
