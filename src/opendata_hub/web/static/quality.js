// What the words would gain is counted while they are typed. Without this module: after "Keep".
const form = document.querySelector("form[data-quality]");
const place = document.querySelector("#quality");
const PAUSE_MS = 700;
const PATIENCE_MS = 8000;
let waiting, under_way = 0, asking = Promise.resolve();
let lost = null; // what was sent without an answer: nobody knows whether it was kept

// One after the other: each says what the one before has kept, or it would clash with itself.
function ask() {
  clearTimeout(waiting);
  waiting = undefined;
  under_way += 1;
  asking = asking.then(askNow).finally(() => { under_way -= 1; });
  return asking;
}

// What was lost comes first, once more as it was: newer words would clash with it, as with those of
// a colleague, where it was kept.
async function askNow() {
  if (lost) await send(lost);
  if (!lost) await send(new URLSearchParams(new FormData(form)));
}

async function send(body) {
  lost = body;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(form.dataset.quality, {method: "POST", body, signal});
    if (answer.status >= 500) return;
    const said = await answer.text();
    lost = null;
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(said, "text/html");
    const kept = fresh.querySelector("[data-was]");
    if (kept) form.elements.was.value = kept.dataset.was;
    place.replaceChildren(...fresh.body.childNodes);
  } catch {
    // A lost line: the form itself still keeps all of it.
  }
}

if (form) {
  let isBusy = false, isSettled = false;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, PAUSE_MS); });
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (isSettled || (!under_way && !lost)) { isSettled = false; return; }
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const {submitter} = event;
    // Not from within this event: a form that is being sent is not sent again.
    const go_on = () => { isBusy = false; isSettled = true; form.requestSubmit(submitter); };
    asking.then(() => (lost ? ask() : null)).then(() => { setTimeout(go_on); });
  });
}
