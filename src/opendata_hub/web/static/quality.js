// What the words would gain is counted while they are typed. Without this module: after "Keep".
const form = document.querySelector("form[data-quality]");
const place = document.querySelector("#quality");
const PAUSE_MS = 700;
const PATIENCE_MS = 8000;
let waiting, under_way = 0, asking = Promise.resolve();

// One after the other: each says what the one before has kept, or it would clash with itself.
function ask() {
  clearTimeout(waiting);
  waiting = undefined;
  under_way += 1;
  asking = asking.then(askNow).finally(() => { under_way -= 1; });
}

async function askNow() {
  const body = new URLSearchParams(new FormData(form));
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(form.dataset.quality, {method: "POST", body, signal});
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const kept = fresh.querySelector("[data-was]");
    if (kept) form.elements.was.value = kept.dataset.was;
    place.replaceChildren(...fresh.body.childNodes);
  } catch {
    // A lost line: the form itself still keeps all of it.
  }
}

if (form) {
  let isBusy = false;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, PAUSE_MS); });
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (!under_way) return;
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const {submitter} = event;
    // Not from within this event: a form that is being sent is not sent again.
    asking.then(() => { setTimeout(() => { isBusy = false; form.requestSubmit(submitter); }); });
  });
}
