// How many text messages the words become, while they are typed: the same arithmetic as channels/text/segments.py.
const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "\f^{}\\[~]|€";

function counted(weights, one, part) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= one) return { parts: weights.length ? 1 : 0, left: one - total };
  let parts = 1, used = 0;
  for (const weight of weights) {
    if (used + weight > part) { parts += 1; used = 0; }
    used += weight;
  }
  return { parts, left: part - used };
}

export function measure(text) {
  const signs = [...text.replaceAll("\r\n", "\n").trim().normalize("NFC")];
  const odd = [...new Set(signs.filter((sign) => !BASIC.includes(sign) && !EXTENDED.includes(sign)))];
  const found = odd.length
    ? counted(signs.map((sign) => sign.length), 70, 67)
    : counted(signs.map((sign) => (EXTENDED.includes(sign) ? 2 : 1)), 160, 153);
  return { ...found, odd };
}

function say(place, text) {
  const { parts, left, odd } = measure(text);
  const words = [(parts === 1 ? place.dataset.one : place.dataset.many).replace("{n}", parts), place.dataset.left.replace("{n}", left)];
  if (odd.length) words.push(place.dataset.odd.replace("{signs}", odd.slice(0, 8).join(" ")));
  place.textContent = words.join(" · ");
}

for (const place of document.querySelectorAll("[data-parts-of]")) {
  const field = document.querySelector(place.dataset.partsOf);
  const form = field.form;
  const show = () => {
    const chosen = form.elements.channel;
    place.hidden = Boolean(chosen && chosen.value !== "text");
    say(place, field.value);
  };
  form.addEventListener("input", show);
  show();
}
