// A file is dropped or chosen, and its way is shown. Without this module the form works as it is.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const field = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-drop]");
  const shown = form.querySelector(".progress");
  const bar = shown.querySelector("progress");
  const said = shown.querySelector("[role=status]");

  zone.querySelector(".drop-hint").hidden = false;
  const stop = (event) => { event.preventDefault(); };
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { stop(event); zone.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, (event) => { stop(event); zone.classList.remove("over"); });
  }
  zone.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sent = new XMLHttpRequest();
    sent.open("POST", form.action);
    sent.responseType = "document";
    shown.hidden = false;
    said.textContent = said.dataset.sending;
    lock(form, true);
    sent.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) bar.value = Math.round(100 * step.loaded / step.total);
    });
    sent.upload.addEventListener("load", () => { said.textContent = said.dataset.checking; });
    sent.addEventListener("load", () => { if (!arrive(sent)) fail("refused"); });
    sent.addEventListener("error", () => { fail("failed"); });
    sent.send(new FormData(form));
  });
  // The answer may be lost of what has arrived: it is for people to look and to send again.
  const fail = (why) => {
    lock(form, false);
    bar.value = 0;
    said.textContent = said.dataset[why];
  };
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // kept by the browser as it was when it was left
    lock(form, false);
    shown.hidden = true;
  });
}

function lock(form, isLocked) {
  for (const button of form.querySelectorAll("button")) button.disabled = isLocked;
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
  const fault = fresh.querySelector("[role=alert]");
  if (fault) { fault.tabIndex = -1; fault.focus(); }
  if (sent.status < 400) location.reload();
  return true;
}
