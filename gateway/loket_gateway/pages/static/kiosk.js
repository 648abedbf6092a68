// The kiosk goes back to its first page when nobody touches it, also from the first page with something typed in it.
"use strict";

const PATIENCE = 60000;
let timer = 0;
const again = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const address = new URL(location.href);
    location.replace(`${address.pathname.split("/").slice(0, 3).join("/")}?plaats=${address.searchParams.get("plaats") ?? ""}`);
  }, PATIENCE);
};
for (const kind of ["pointerdown", "keydown", "input"]) { document.addEventListener(kind, again); }
again();
// what was typed is not there when somebody goes back to a page
window.addEventListener("pageshow", (event) => { if (event.persisted) { location.reload(); } });
