// Says in a sentence when a part of the page could not be fetched.
const words = document.getElementById("connection-words");

function say(sentence) {
  const toast = words.content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = sentence;
  document.getElementById("toasts")?.replaceChildren(toast);
}

document.addEventListener("htmx:sendError", () => say(words.dataset.lost));
document.addEventListener("htmx:timeout", () => say(words.dataset.lost));
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  if (status === 404) say(words.dataset.gone);
  else say([401, 403].includes(status) ? words.dataset.away : words.dataset.broken);
});
