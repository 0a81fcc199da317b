// Fills in the zone this device keeps, as long as nobody has chosen another.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const select of document.querySelectorAll("[data-guess-zone]")) {
  const isKnown = [...select.options].some((option) => option.value === zone);
  if (isKnown && select.value === "UTC") select.value = zone;
}
