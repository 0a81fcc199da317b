// Draws the letter anew while it is written: the form goes into a fresh frame, which is shown once it is drawn.
// A fresh frame each time, so that the browser's way back is not filled with letters.
const form = document.querySelector("[data-letter-form]");
const place = document.querySelector("[data-letter-frame]");
const button = document.querySelector("[data-draws-letter]");
let later;
let number = 0;

function draw() {
  const fresh = place.querySelector("iframe").cloneNode();
  fresh.removeAttribute("src");
  fresh.name = `letter-${++number}`;
  fresh.dataset.waits = "";
  place.append(fresh);
  fresh.addEventListener("load", () => {
    for (const frame of [...place.querySelectorAll("iframe")]) if (frame !== fresh) frame.remove();
    delete fresh.dataset.waits;
  });
  button.setAttribute("formtarget", fresh.name);
  form.requestSubmit(button);
}

function soon() {
  clearTimeout(later);
  later = setTimeout(draw, 500);
}

if (form && place && button) {
  // What stands on the page was drawn with examples: once read as somebody, draw it for them.
  soon();
  document.addEventListener("input", (event) => {
    if (event.target.form === form && event.target.type !== "file" && event.target.name !== "width" && event.target.name !== "who") soon();
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "desk") soon(); });
}
