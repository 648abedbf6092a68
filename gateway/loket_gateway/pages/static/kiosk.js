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
