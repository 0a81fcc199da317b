// Copies the words of the element that data-copy points at, and says so on the button for a moment.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const source = button && document.querySelector(button.dataset.copy);
  if (!source) return;
  const words = source.value ?? source.innerText;
  try {
    await navigator.clipboard.writeText(words.trim());
  } catch {
    // A phone on the shop's Wi-Fi has no https, hence no clipboard: select the words for the thumb instead.
    return getSelection().selectAllChildren(source);
  }
  const before = button.lastChild.textContent;
  button.lastChild.textContent = button.dataset.copied;
  setTimeout(() => { button.lastChild.textContent = before; }, 2500);
});
