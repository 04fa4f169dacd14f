// Finding words in labels as people type them: without accents, in any order, beginnings first.

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Returns the options whose label holds every word, those that begin with one first. */
export function filtered(options, words) {
  const wanted = folded(words).split(/\s+/).filter(Boolean);
  const found = options.filter(({ label }) => wanted.every((word) => folded(label).includes(word)));
  const rank = ({ label }) =>
    folded(label)
      .split(/\s+/)
      .some((one) => wanted.some((word) => one.startsWith(word)))
      ? 0
      : 1;
  return wanted.length ? found.sort((one, other) => rank(one) - rank(other)) : found;
}
