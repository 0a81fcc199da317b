// Fills in the zone this device keeps, as long as nobody has chosen another.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const select of document.querySelectorAll("[data-guess-zone]")) {
  const isKnown = [...select.options].some((option) => option.value === zone);
  if (isKnown && select.value === "UTC") select.value = zone;
}

// The money follows the country, as long as nobody has chosen another.
const country = document.querySelector("select[name=country]");
const currency = document.querySelector("select[name=currency]");
let isChosen = false;
currency?.addEventListener("change", () => { isChosen = true; });
country?.addEventListener("change", () => {
  const usual = country.selectedOptions[0].dataset.currency;
  if (usual && !isChosen) currency.value = usual;
});
