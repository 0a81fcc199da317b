// Closes a toast; where the pointer or the keyboard stood last gets the focus back.
document.addEventListener("click", (event) => {
  const toast = event.target.closest("[data-dismiss]")?.closest("[data-toast]");
  if (!toast) return;
  toast.remove();
  document.getElementById("main")?.focus({ preventScroll: true });
});
