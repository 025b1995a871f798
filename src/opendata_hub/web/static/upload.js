// A file is dropped or chosen, and its way is shown. A large one goes in pieces, and goes on where it
// stopped when the line was lost, the hub was away or the page was loaded anew (tus 1.0). Without this
// module the form works as it is.
const UPLOADS = "/api/v1/uploads";
const LARGE = 1_000_000, PIECE = 524_288, SMALLEST = 32_768;
const WAITS_S = [1, 2, 4, 8, 15, 30];
const MOST_TURNS = 20, PATIENCE_MS = 60_000, DAY_MS = 86_400_000;
const MARK = "odh-upload:";

for (const form of document.querySelectorAll("form[data-upload]")) prepare(form);

function prepare(form) {
  const field = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-drop]");
  const shown = form.querySelector(".progress");
  const bar = shown.querySelector("progress");
  const said = shown.querySelector("[role=status]");
  const stopping = shown.querySelector("[data-stop]");
  let under_way = null;

  zone.querySelector(".drop-hint").hidden = false;
  remind(form.querySelector("[data-unfinished]"));
  const still = (event) => { event.preventDefault(); };
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { still(event); zone.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, (event) => { still(event); zone.classList.remove("over"); });
  }
  zone.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    shown.hidden = false;
    say("sending");
    lock(form, true);
    const file = field.files[0];
    if (file && file.size > LARGE) sendInPieces(file);
    else post(new FormData(form), 0, () => {});
  });
  stopping.addEventListener("click", () => { under_way?.abort(); });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // kept by the browser as it was when it was left
    lock(form, false);
    shown.hidden = true;
  });

  const say = (what) => { said.textContent = said.dataset[what]; };
  const go = (share) => { bar.value = Math.round(100 * share); };
  // The answer may be lost of what has arrived: it is for people to look and to send again.
  const fail = (why) => {
    lock(form, false);
    stopping.hidden = true;
    go(0);
    say(why);
  };

  async function sendInPieces(file) {
    const line = new Line(form.elements.form_token.value, say);
    under_way = line;
    stopping.hidden = false;
    try {
      const key = await sent(file, line, go).finally(() => { stopping.hidden = true; });
      const body = new FormData(form);
      body.delete(field.name);
      body.set("upload", key);
      post(body, WAITS_S.length, () => { forget(file); });
    } catch (problem) {
      if (problem.told === "many") return post(new FormData(form), 0, () => {}); // as without us
      if (line.isOver) await drop(file, line);
      fail(line.isOver ? "stopped" : problem.told ?? "paused");
    }
  }

  // turns: how often it is sent again when no answer comes; what came in pieces is taken once.
  function post(body, turns, done) {
    const call = new XMLHttpRequest();
    call.open("POST", form.action);
    call.responseType = "document";
    say("sending");
    call.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable && !body.has("upload")) go(step.loaded / step.total);
    });
    call.upload.addEventListener("load", () => { say("checking"); });
    call.addEventListener("load", () => {
      if (call.status < 400) done();
      if (!arrive(call)) fail("refused");
    });
    call.addEventListener("error", async () => {
      if (!turns) return fail(body.has("upload") ? "paused" : "failed");
      say("waiting");
      await pause(WAITS_S[WAITS_S.length - turns]);
      return post(body, turns - 1, done);
    });
    call.send(body);
  }
}

// One person's way to the hub: each call is made again while the line or the hub is away. Only bytes
// that have come count as progress, not answers: what is refused each time is not sent for ever.
class Line {
  constructor(token, say) {
    this.token = token;
    this.say = say;
    this.isOver = false;
    this.turns = 0;
    this.furthest = 0;
    this.piece = PIECE;
  }

  abort() {
    this.isOver = true;
    this.calling?.abort();
  }

  async call(method, address, headers = {}, body = undefined) {
    for (;;) {
      if (this.isOver) throw new Refusal("stopped");
      const answer = await this.once(method, address, headers, body);
      if (answer && answer.status < 500 && answer.status !== 429) {
        if (this.turns) this.say("sending");
        return answer;
      }
      await this.rest(Number(answer?.headers.get("Retry-After")));
      if (method === "PATCH") return null; // who knows whether it has come: ask where to go on
    }
  }

  // Wait before another turn, longer each time, and give up at last.
  async rest(told_s = 0) {
    if (this.isOver) throw new Refusal("stopped");
    const wait = told_s || WAITS_S[Math.min(this.turns, WAITS_S.length - 1)];
    if (++this.turns > MOST_TURNS) throw new Refusal("paused");
    this.say("waiting");
    await pause(wait);
  }

  // A byte has come that had not come before.
  reach(at) {
    if (at <= this.furthest) return;
    this.furthest = at;
    this.turns = 0;
  }

  // A slow line gets smaller pieces, which end in time; one that is fast again larger ones.
  async sendPiece(address, headers, body) {
    const began = performance.now();
    const answer = await this.call("PATCH", address, headers, body);
    if (this.wasLate) this.piece = Math.max(SMALLEST, this.piece / 2);
    else if (answer?.ok && performance.now() - began < PATIENCE_MS / 6) {
      this.piece = Math.min(PIECE, this.piece * 2);
    }
    return answer;
  }

  async once(method, address, headers, body) {
    this.calling = new AbortController();
    this.wasLate = false;
    const late = setTimeout(() => { this.wasLate = true; this.calling.abort(); }, PATIENCE_MS);
    const ours = {"Tus-Resumable": "1.0.0", "X-Form-Token": this.token};
    try {
      const all = {...ours, ...headers};
      return await fetch(address, {method, headers: all, body, signal: this.calling.signal});
    } catch {
      return null;
    } finally {
      clearTimeout(late);
    }
  }
}

class Refusal extends Error {
  constructor(told) {
    super(told);
    this.told = told;
  }
}

// Send all of a file that has not come yet; gives the key under which it lies.
async function sent(file, line, go) {
  let address = remembered(file), at = null;
  for (;;) {
    if (!address) [address, at] = [await begun(file, line), 0];
    if (at === null) {
      const answer = await line.call("HEAD", address);
      if (answer.status === 404) { address = null; continue; }
      at = offset(answer);
    }
    line.reach(at);
    go(at / file.size);
    if (at === file.size) return address.slice(UPLOADS.length + 1);
    const piece = await file.slice(at, at + line.piece).arrayBuffer();
    const answer = await line.sendPiece(address, {
      "Content-Type": "application/offset+octet-stream", "Upload-Offset": at, ...await checksum(piece),
    }, piece);
    if (answer === null) at = null;
    else if (answer.ok) at = offset(answer);
    else if (answer.status === 409 || answer.status === 404 || await isDamaged(answer)) {
      if (answer.status === 404) address = null;
      at = null;
      await line.rest();
    } else throw refusal(answer);
  }
}

async function begun(file, line) {
  const answer = await line.call("POST", UPLOADS, {
    "Upload-Length": file.size,
    "Upload-Metadata": `filename ${base64(new TextEncoder().encode(file.name.slice(-200)))}`,
  });
  if (!answer.ok) throw refusal(answer);
  const address = new URL(answer.headers.get("Location")).pathname;
  remember(file, address);
  return address;
}

async function drop(file, line) {
  const address = remembered(file);
  forget(file);
  if (address) await line.once("DELETE", address);
}

function offset(answer) {
  if (!answer.ok) throw refusal(answer);
  return Number(answer.headers.get("Upload-Offset"));
}

async function isDamaged(answer) {
  return answer.status === 422 && (await answer.json()).code === "piece-damaged";
}

function refusal(answer) {
  return new Refusal({401: "ended", 403: "ended", 409: "many", 413: "large"}[answer.status] ?? "refused");
}

// Where the page came over TLS; a machine of one's own counts as well.
async function checksum(piece) {
  if (!globalThis.crypto?.subtle) return {};
  return {"Upload-Checksum": `sha256 ${base64(new Uint8Array(await crypto.subtle.digest("SHA-256", piece)))}`};
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

// Seconds, or until the line is back.
function pause(seconds) {
  return new Promise((go_on) => {
    const over = () => { clearTimeout(timer); removeEventListener("online", over); go_on(); };
    const timer = setTimeout(over, 1000 * seconds);
    addEventListener("online", over);
  });
}

// What is under way is remembered in this browser alone, by name, size and day of the file.
function name_of(file) {
  return `${MARK}${file.name}:${file.size}:${file.lastModified}`;
}

function remember(file, address) {
  try {
    localStorage.setItem(name_of(file), JSON.stringify({address, name: file.name, at: Date.now()}));
  } catch { /* a browser that keeps nothing: after a reload it begins anew */ }
}

function remembered(file) {
  try {
    return JSON.parse(localStorage.getItem(name_of(file)))?.address ?? null;
  } catch {
    return null;
  }
}

function forget(file) {
  try { localStorage.removeItem(name_of(file)); } catch { /* nothing is kept there */ }
}

function remind(place) {
  const names = [];
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(MARK))) {
      const {name, at} = JSON.parse(localStorage.getItem(key));
      if (Date.now() - at > DAY_MS) localStorage.removeItem(key);
      else names.push(name);
    }
  } catch { /* nothing can be read there */ }
  place.hidden = !names.length;
  place.querySelector("bdi").textContent = names.join(", ");
}

function lock(form, isLocked) {
  for (const button of form.querySelectorAll("button:not([data-stop])")) button.disabled = isLocked;
}

// Where the hub has led to is gone to; a page with a fault is shown in place, as the form would.
// False where what came is no page of ours: a proxy may answer for the hub.
function arrive(sent) {
  const there = new URL(sent.responseURL);
  if (sent.status < 400 && there.pathname !== location.pathname) {
    location.assign(there);
    return true;
  }
  const main = sent.response?.querySelector("main");
  if (!main) return false;
  document.title = sent.response.title;
  const fresh = document.adoptNode(main);
  document.querySelector("main").replaceWith(fresh);
  for (const form of fresh.querySelectorAll("form[data-upload]")) prepare(form);
  const fault = fresh.querySelector("[role=alert]");
  if (fault) { fault.tabIndex = -1; fault.focus(); }
  if (sent.status < 400) location.reload();
  return true;
}
