// What the words would gain is counted while they are typed. Without this module: after "Keep".
const form = document.querySelector("form[data-quality]");
const place = document.querySelector("#quality");
const PAUSE_MS = 700;
let waiting, asked = 0;

async function ask() {
  const mine = ++asked;
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.dataset.quality, {method: "POST", body});
    if (!answer.ok || mine !== asked) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...fresh.body.childNodes);
  } catch {
    // A lost line: the form itself still keeps all of it.
  }
}

if (form) {
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, PAUSE_MS); });
}
