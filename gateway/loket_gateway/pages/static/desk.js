// Live updates and shortcuts of the desk, whose pages all work without a script.
"use strict";

const EVERY = 5000;

// refresh the agenda and the queue automatically, also after the connection was lost
const live = [...document.querySelectorAll("[data-live]")];
let warning = null;
const busy = () =>
  document.querySelector(
    "[data-live] :is(input:not([type=hidden]), select, textarea):focus, [data-live] details[open], .dragged",
  );
async function refresh() {
  if (!busy() && !document.hidden) {
    try {
      const answer = await fetch(location.href, { redirect: "error" });
      if (!answer.ok) {
        throw new Error(answer.status);
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      // the page keeps its idempotency key, so a part is replaced only when its content changed
      const key = document.querySelector("[name=once]")?.value;
      fresh.querySelectorAll("[name=once]").forEach((each) => {
        each.setAttribute("value", key);
      });
      for (const part of live) {
        const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
        if (!other || other.innerHTML === part.innerHTML) {
          continue;
        }
        const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        const across = part.querySelector(".columns")?.scrollLeft ?? 0;
        part.innerHTML = other.innerHTML;
        if (across) {
          part.querySelector(".columns").scrollLeft = across;
        }
        if (focused) {
          part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
        }
      }
      warning?.remove();
      warning = null;
    } catch {
      if (!warning) {
        warning = document.createElement("p");
        warning.className = "stale";
        warning.setAttribute("role", "status");
        warning.textContent = {
          nl: "De verbinding is weg. Wat u ziet kan verouderd zijn; we proberen het opnieuw.",
          fr: "La connexion est interrompue. Ce que vous voyez peut être dépassé ; nous réessayons.",
          de: "Die Verbindung ist unterbrochen. Was Sie sehen, kann veraltet sein; wir versuchen es erneut.",
          en: "The connection is away. What you see may be old; we try again.",
        }[document.documentElement.lang];
        document.querySelector("main").prepend(warning);
      }
    }
  }
  setTimeout(refresh, EVERY);
}
if (live.length) {
  setTimeout(refresh, EVERY);
}

// one key for what is done all day, unless it is switched off or would leave a form with unsaved input
const SINGLE_KEYS = "loket-single-keys";
const keysSwitch = document.querySelector("[data-single-keys]");
let edited = Boolean(document.querySelector("main form[method=post]") && document.querySelector("main [role=alert]"));
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    edited ||= event.target.form?.method === "post";
  });
}
if (keysSwitch) {
  keysSwitch.checked = localStorage.getItem(SINGLE_KEYS) !== "off";
  keysSwitch.closest("[hidden]").hidden = false;
  keysSwitch.addEventListener("change", () => {
    localStorage.setItem(SINGLE_KEYS, keysSwitch.checked ? "on" : "off");
  });
}
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (edited || !keysSwitch?.checked) {
    return;
  }
  const go = (found) => {
    if (found) {
      event.preventDefault();
      found.click();
    }
  };
  if (/^[1-9fm]$/.test(event.key)) {
    go(document.querySelector(`[data-key="${event.key}"]`));
  }
  if (event.key === "ArrowLeft") {
    go(document.querySelector("[data-turn=back]"));
  }
  if (event.key === "ArrowRight") {
    go(document.querySelector("[data-turn=on]"));
  }
  if (/^[cdinov]$/.test(event.key)) {
    const found = document.querySelector(`[data-focus-key="${event.key}"]`);
    if (found) {
      event.preventDefault();
      found.focus();
    }
  }
  if (event.key === "b") {
    go(document.querySelector("[href*='/balie/boeken']"));
  }
  if (event.key === "/") {
    go(document.querySelector("[href*='/balie/zoeken']"));
  }
});

// apply a choice above the free moments after a short delay, and not while the user still types to find it
const SETTLED = 500;
for (const form of document.querySelectorAll("form[data-auto]")) {
  let timer = 0;
  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(), SETTLED);
  });
}

document.querySelector("[data-print]")?.addEventListener("click", () => print());

// drag an appointment to another time; the next page asks for confirmation
const ROW = 5;
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-appointment]");
  if (!dragged) {
    return;
  }
  dragged.classList.add("dragged");
  event.dataTransfer.setData("text/plain", dragged.dataset.appointment);
  event.dataTransfer.effectAllowed = "move";
  dragged.dataset.grabbed = event.clientY - dragged.getBoundingClientRect().top;
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
});
document.addEventListener("dragover", (event) => {
  const column = event.target.closest?.(".rows[data-resource]");
  document.querySelectorAll(".rows.over").forEach((each) => {
    each.classList.toggle("over", each === column);
  });
  if (dragged && column) {
    column.classList.add("over");
    event.preventDefault();
  }
});
document.addEventListener("drop", (event) => {
  const column = event.target.closest?.(".rows[data-resource]");
  if (!dragged || !column) {
    return;
  }
  event.preventDefault();
  const height = column.querySelector(".line").getBoundingClientRect().height / 12;
  const row = Math.max(
    0,
    Math.round((event.clientY - Number(dragged.dataset.grabbed) - column.getBoundingClientRect().top) / height),
  );
  const minutes = Number(document.querySelector(".columns").dataset.first) + row * ROW;
  const two = (number) => String(number).padStart(2, "0");
  const asked = new URLSearchParams({
    date: document.querySelector("[name=date]").value,
    resource: column.dataset.resource,
    time: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
    lang: document.documentElement.lang,
  });
  location.assign(`${dragged.getAttribute("href").split("?")[0]}/verplaatsen?${asked}`);
});
