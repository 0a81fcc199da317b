// Entries that could not be sent wait on this device, each under its own key, and are brought in once.
// A form takes part with data-queue; it has a hidden field "key" or "client_key" that the server knows a repeat by.
const STORE = "regulars-waiting:";
const PATIENCE_MS = 8000;
const words = document.getElementById("queue-words");
const place = document.getElementById("queue");
let isBusy = false;

const keyField = (form) => form.elements.client_key ?? form.elements.key;
const keep = (row) => localStorage.setItem(STORE + row.key, JSON.stringify(row));
const drop = (key) => localStorage.removeItem(STORE + key);

function waiting() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(STORE));
  return names.map((name) => JSON.parse(localStorage.getItem(name))).sort((a, b) => a.at.localeCompare(b.at));
}

function freshKey() {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24)))).replace(/[+/]/g, "-");
}

function entryOf(form, submitter) {
  const fields = [...new FormData(form, submitter)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  const at = new Date().toISOString();
  const shown = fields.filter(([name, value]) => value && ["who", "amount", "what", "text", "words"].includes(name));
  return { key: keyField(form).value, url: form.getAttribute("action") || location.pathname, at, words: shown.map(([, value]) => value).join(" · "),
           fields: [...fields.filter(([name]) => name !== "happened_at"), ["happened_at", at]] };
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches?.("form[data-queue]") || event.defaultPrevented || submitter?.formNoValidate || !keyField(form)) return;
  event.preventDefault();
  const row = entryOf(form, submitter);
  try {
    if (!navigator.onLine) throw new TypeError("no signal");
    const body = new URLSearchParams(new FormData(form, submitter));
    const reply = await fetch(row.url, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (reply.redirected) { drop(row.key); return location.assign(reply.url); }
    form.submit(); // a refusal changes nothing, so the page that says so may be asked for again
  } catch {
    keep(row);
    form.reset();
    keyField(form).value = freshKey();
    form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    draw();
  }
});

async function bring() {
  const rows = waiting().filter((row) => !row.refused);
  if (isBusy || !rows.length || !navigator.onLine) return draw();
  isBusy = true;
  try {
    const mark = await fetch("/phone/mark/", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!mark.ok || mark.redirected) return draw(true);
    const { token } = await mark.json();
    for (const row of rows) if (!(await brought(row, token))) break;
  } catch {
    // The house cannot be reached yet; the entries stay where they are.
  } finally {
    isBusy = false;
  }
  draw();
}

async function brought(row, token) {
  const headers = { "X-CSRFToken": token, "X-Queued": "yes", Accept: "application/json" };
  const reply = await fetch(row.url, { method: "POST", headers, body: new URLSearchParams(row.fields), signal: AbortSignal.timeout(PATIENCE_MS) });
  if (reply.ok && !reply.redirected) drop(row.key);
  else if (reply.status === 422) keep({ ...row, refused: (await reply.json()).sentence });
  else return false;
  return true;
}

function draw(isAway = false) {
  if (!place || !words) return;
  const rows = waiting();
  place.hidden = !rows.length;
  if (!rows.length) return place.replaceChildren();
  const note = words.content.firstElementChild.cloneNode(true);
  const sentence = rows.length === 1 ? words.dataset.one : words.dataset.several.replace("{n}", rows.length);
  note.querySelector("[data-sentence]").textContent = isAway ? `${sentence} ${words.dataset.away}` : sentence;
  const sample = note.querySelector("li");
  const list = sample.parentElement;
  note.querySelector("details").open = rows.some((row) => row.refused);
  sample.remove();
  for (const row of rows) {
    const line = sample.cloneNode(true);
    line.querySelector("[data-words]").textContent = row.words || row.at;
    line.querySelector("[data-refused]").textContent = row.refused ?? "";
    for (const button of line.querySelectorAll("button")) button.hidden = !row.refused;
    line.querySelector("[data-correct]").addEventListener("click", () => location.assign(`${row.url}?${new URLSearchParams(row.fields)}`));
    line.querySelector("[data-throw]").addEventListener("click", () => { drop(row.key); draw(); });
    list.append(line);
  }
  place.replaceChildren(note);
}

addEventListener("online", bring);
addEventListener("pageshow", bring);
setInterval(() => { if (document.visibilityState === "visible") bring(); }, 20000);
draw();
