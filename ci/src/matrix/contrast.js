// Texts in the page that are too faint on their ground: less than 4.5 to 1 (WCAG 2.2, 1.4.3).
(() => {
  // Red, green, blue and opacity, from 0 to 1.
  const parts = (color) => {
    const [red, green, blue, opacity = 1] = color.match(/[\d.]+(?:e-?\d+)?/g).map(Number);
    const scale = color.startsWith("rgb") ? 255 : 1;
    return [red / scale, green / scale, blue / scale, opacity];
  };
  const over = ([red, green, blue, opacity], below) =>
    [red, green, blue].map((part, index) => part * opacity + below[index] * (1 - opacity));
  const ground = (element) => {
    const below = element.parentElement ? ground(element.parentElement) : [1, 1, 1];
    return over(parts(getComputedStyle(element).backgroundColor), below);
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (element) => {
    const below = ground(element);
    const [one, other] = [over(parts(getComputedStyle(element).color), below), below].map(luminance);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const within = document.querySelector("dialog[open]") ?? document.body;
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...within.querySelectorAll("*")]
    .filter((element) => hasText(element) && element.checkVisibility() && ratio(element) < 4.5)
    .map((element) => `${ratio(element).toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
})()
