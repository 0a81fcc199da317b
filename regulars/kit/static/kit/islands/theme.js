// Light, dark or as the device, without a reload; the server reads the same cookie.
const MEDIA = { auto: "screen and (prefers-color-scheme: dark)", dark: "screen", light: "not all" };

document.addEventListener("submit", (event) => {
  const { submitter, target } = event;
  if (!target.matches("[data-themes]") || !(submitter?.value in MEDIA)) return;
  event.preventDefault();
  const theme = submitter.value;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  document.documentElement.dataset.theme = theme;
  document.getElementById("dark").media = MEDIA[theme];
  for (const button of target.querySelectorAll("button")) button.ariaPressed = String(button === submitter);
});
