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
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    sent.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) bar.value = Math.round(100 * step.loaded / step.total);
    });
    sent.upload.addEventListener("load", () => { said.textContent = said.dataset.checking; });
    sent.addEventListener("load", () => { arrive(sent); });
    sent.addEventListener("error", () => { HTMLFormElement.prototype.submit.call(form); });
    sent.send(new FormData(form));
  });
}

// Where the hub has led to is gone to; a page with a fault is shown in place, as the form would.
function arrive(sent) {
  const there = new URL(sent.responseURL);
  if (sent.status < 400 && there.pathname !== location.pathname) {
    location.assign(there);
    return;
  }
  document.title = sent.response.title;
  const fresh = document.adoptNode(sent.response.querySelector("main"));
  document.querySelector("main").replaceWith(fresh);
  const fault = fresh.querySelector("[role=alert]");
  if (fault) { fault.tabIndex = -1; fault.focus(); }
  if (sent.status < 400) location.reload();
}
