// What the other scripts share. Whatever came over a wire goes into the page as text, never as
// markup: nothing here writes HTML.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// An element with these properties around these children; those that are null are left out.
const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat(Infinity).filter((child) => child != null));
  return element;
};

// What cells open; read when it is first needed, so that the page is there at once.
let parsed;
const data = () => (parsed ??= JSON.parse(one("#data").textContent));
