// The display in the waiting room: fetches the queue, plays a sound for a new call, and reconnects automatically.
"use strict";

const EVERY = 3000;
const NEW_FOR = 12000;
// how many looks each language is shown
const TURN = 4;
const line = document.querySelector("[data-line]");
const clock = document.querySelector("[data-clock]");
const known = () => new Set([...line.querySelectorAll("[data-called]")].map((each) => each.dataset.called));
const languages = line.dataset.languages.split(" ");
let before = known();
let looks = 0;
let audio = null;

function sound() {
  try {
    audio ??= new AudioContext();
    [
      [660, 0],
      [880, 0.25],
    ].forEach(([pitch, after]) => {
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.25, audio.currentTime + after);
      loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + after + 0.6);
      tone.connect(loudness).connect(audio.destination);
      tone.start(audio.currentTime + after);
      tone.stop(audio.currentTime + after + 0.6);
    });
  } catch {
    /* a screen without a loudspeaker still shows who is called */
  }
}

async function look() {
  try {
    const address = new URL(location.href);
    looks += 1;
    const language = languages[Math.floor(looks / TURN) % languages.length];
    address.searchParams.set("lang", language);
    const answer = await fetch(address, { redirect: "error" });
    if (!answer.ok) {
      throw new Error(answer.status);
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-line]");
    if (fresh && fresh.innerHTML !== line.innerHTML.replaceAll(' class="new"', "")) {
      line.innerHTML = fresh.innerHTML;
      document.documentElement.lang = language;
    }
    const now = known();
    const called = [...now].filter((each) => !before.has(each));
    if (called.length) {
      sound();
      for (const each of line.querySelectorAll("[data-called]")) {
        if (called.includes(each.dataset.called)) {
          each.classList.add("new");
          setTimeout(() => each.classList.remove("new"), NEW_FOR);
        }
      }
    }
    // a call that comes back into view is not a new one
    before = new Set([...before, ...now]);
    document.body.classList.remove("away");
  } catch {
    document.body.classList.add("away");
  }
  setTimeout(look, EVERY);
}
const tell = () => {
  clock.textContent = new Date().toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: clock.dataset.zone,
  });
};
tell();
setInterval(tell, 5000);
setTimeout(look, EVERY);
