// Puts what the person chose on the page before it is painted. A plain script on purpose: modules run too late.
// The server's word is on the root already; where it has none, this device's last choice holds.
(() => {
  const root = document.documentElement;
  const read = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // A browser that keeps nothing still shows it, until the next page.
    }
  };
  const mark = (name, value, worth) => {
    if (worth.includes(value)) root.dataset[name] = value;
    else delete root.dataset[name];
  };
  const show = {
    theme: (value) => mark("theme", value, ["light", "dark"]),
    density: (value) => mark("density", value, ["compacta"]),
    contrast: (value) => mark("contrast", value, ["alto"]),
  };
  // How each is called in this device's memory.
  const KEYS = { theme: "tema", density: "densidade", contrast: "contraste" };
  const THEMES = { claro: "light", escuro: "dark", automatico: "auto" };
  const chosen = JSON.parse(root.dataset.preferences ?? "{}");
  const told = {
    theme: THEMES[chosen.theme],
    density: chosen.density,
    contrast: chosen.contrast === undefined ? undefined : chosen.contrast ? "alto" : "normal",
  };
  for (const [name, key] of Object.entries(KEYS)) {
    // The page of the login, which knows nobody, looks like this one.
    if (told[name] !== undefined) keep(key, told[name]);
    show[name](told[name] ?? read(key));
    addEventListener("storage", (event) => event.key === key && show[name](event.newValue));
  }

  // Called by personal.js, with the names of the server.
  window.showChosen = ({ theme, density, contrast }) => {
    const now = {
      theme: THEMES[theme],
      density,
      contrast: contrast === undefined ? undefined : contrast ? "alto" : "normal",
    };
    for (const [name, value] of Object.entries(now)) {
      if (value === undefined) continue;
      keep(KEYS[name], value);
      show[name](value);
    }
  };

  // Called by rail.js; returns the theme to take next, by the server's name.
  window.nextTheme = () => {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const order = isDark ? ["automatico", "claro", "escuro"] : ["automatico", "escuro", "claro"];
    const now = order.findIndex((name) => THEMES[name] === (read(KEYS.theme) ?? "auto"));
    return order[(now + 1) % order.length];
  };
})();
