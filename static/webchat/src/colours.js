// The channel's colour as text: darkened in the light and lightened in the dark until it is legible (WCAG AA, 4.5:1) on
// the least favourable surface of panel.css.
const LEGIBLE = 4.5;
const SURFACES = { claro: [243, 246, 245], escuro: [33, 44, 42] };

const parts = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
const linear = (part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

/** How far apart two colours are, from 1 to 21. */
export function contrast(one, other) {
  const [more, less] = [light(one), light(other)].sort((a, b) => b - a);
  return (more + 0.05) / (less + 0.05);
}

function legible(colour, surface) {
  const end = light(surface) > 0.2 ? 0 : 255;
  let found = colour;
  for (let step = 1; step <= 20 && contrast(found, surface) < LEGIBLE; step++) {
    found = colour.map((part) => Math.round(part + (end - part) * (step / 20)));
  }
  return `rgb(${found.join(" ")})`;
}

/** Gives the page its colours. */
export function colours({ colour, text_colour }) {
  const { style } = document.documentElement;
  style.setProperty("--cor", colour);
  style.setProperty("--sobre", text_colour);
  for (const [name, surface] of Object.entries(SURFACES))
    style.setProperty(`--${name}`, legible(parts(colour), surface));
}
