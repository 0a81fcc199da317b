// Lets a file be dropped anywhere on its field, not only on the button inside.
document.addEventListener("dragover", (event) => {
  const field = event.target.closest?.("[data-drop]");
  if (!field) return;
  event.preventDefault();
  field.dataset.over = "";
});

for (const left of ["dragleave", "drop"]) {
  document.addEventListener(left, (event) => event.target.closest?.("[data-drop]")?.removeAttribute("data-over"));
}

document.addEventListener("drop", (event) => {
  const input = event.target.closest?.("[data-drop]")?.querySelector("input[type=file]");
  if (!input || !event.dataTransfer.files.length) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
