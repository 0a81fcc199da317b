// Asks before a form with data-confirm is sent, whether htmx or the browser sends it.
const dialog = document.getElementById("confirm");
let agreed = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!dialog || !form.dataset.confirm || form === agreed) return (agreed = null);
  event.preventDefault();
  event.stopImmediatePropagation();
  dialog.querySelector("p").textContent = form.dataset.confirm;
  if (form.dataset.yes) dialog.querySelector("[value=yes]").textContent = form.dataset.yes;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    agreed = form;
    form.requestSubmit(event.submitter);
  }, { once: true });
  dialog.showModal();
}, { capture: true });
