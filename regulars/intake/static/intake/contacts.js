// Names straight from the phone, where the browser offers its contact picker (Android, https). Otherwise nothing shows.
const place = document.querySelector("[data-contacts]");
const box = place && document.querySelector(place.dataset.contacts);

const line = (contact) =>
  [contact.name?.[0], ...(contact.tel ?? []), ...(contact.email ?? [])]
    .filter(Boolean)
    .map((part) => part.replace(/[\n;]+/g, " ").trim())
    .join("; ");

if (box && "contacts" in navigator && "select" in navigator.contacts) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    try {
      const chosen = await navigator.contacts.select(["name", "tel", "email"], { multiple: true });
      const lines = chosen.map(line).filter(Boolean);
      if (!lines.length) return;
      box.value = [box.value.trim(), ...lines].filter(Boolean).join("\n");
      place.querySelector("[data-contacts-done]").hidden = false;
      box.focus();
    } catch {
      // The owner closed the picker; nothing is to be done.
    }
  });
}
