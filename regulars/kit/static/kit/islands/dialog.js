// Opens <dialog id> for <a href="the same as a page" data-dialog="id">; without script the link leads to the page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.matches("dialog[open]")) closeOutside(event);
});

function closeOutside({ target, clientX: x, clientY: y }) {
  const box = target.getBoundingClientRect();
  if (x < box.left || x > box.right || y < box.top || y > box.bottom) target.close("");
}
