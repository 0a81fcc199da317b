// Registers the page that opens without signal, where the browser allows it (https, or this very computer), and lets the
// device forget it when somebody signs out. Entries that wait are left alone.
const signOut = "form[action='/sign-out/']";

if ("serviceWorker" in navigator && isSecureContext && document.querySelector(signOut)) {
  navigator.serviceWorker.register("/sw.js").catch(() => {});
}

document.addEventListener("submit", async ({ target }) => {
  if (!target.matches?.(signOut) || !("caches" in self)) return;
  for (const name of await caches.keys()) if (name.startsWith("regulars-")) caches.delete(name);
});
