// Needs: version, files, shell, static. Opens the counter page without signal; keeps no other page.
const KEPT = "regulars-{{ version|escapejs }}";
const SHELL = "{{ shell|escapejs }}";
const STATIC = "{{ static|escapejs }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

self.addEventListener("install", (event) => event.waitUntil(take().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("regulars-") && name !== KEPT) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith(STATIC)) event.respondWith(kept(request));
  else if (request.mode === "navigate") event.respondWith(page(request, url));
});

async function take() {
  const store = await caches.open(KEPT);
  await store.addAll(FILES);
  const reply = await fetch(SHELL, { credentials: "same-origin" });
  if (reply.ok && !reply.redirected) await store.put(SHELL, reply);
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(request, url) {
  try {
    const reply = await fetch(request);
    if (url.pathname === SHELL && !url.search && reply.ok && !reply.redirected) (await caches.open(KEPT)).put(SHELL, reply.clone());
    return reply;
  } catch (fault) {
    const shell = await caches.match(SHELL);
    if (!shell) throw fault;
    return url.pathname === SHELL ? shell : Response.redirect(SHELL);
  }
}
