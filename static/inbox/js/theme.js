// Puts the chosen theme on the page before it is painted. A plain script on purpose: modules run too late.
(() => {
  const KEY = "tema";
  const read = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };

  apply(read());

  const DENSITY = "densidade";
  const density = () => {
    try {
      return localStorage.getItem(DENSITY);
    } catch {
      return null;
    }
  };
  const stand = (value) => {
    if (value === "compacta") document.documentElement.dataset.density = value;
    else delete document.documentElement.dataset.density;
  };

  stand(density());
  addEventListener("storage", (event) => event.key === DENSITY && stand(event.newValue));

  // Called by preferences.js: "compacta" or "confortavel".
  window.chooseDensity = (value) => {
    try {
      localStorage.setItem(DENSITY, value);
    } catch {
      // As with the theme.
    }
    stand(value);
  };
  addEventListener("storage", (event) => event.key === KEY && apply(event.newValue));

  // Called by main.js; returns the theme now in force: "light", "dark" or "auto".
  window.nextTheme = () => {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const order = isDark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    const theme = order[(order.indexOf(read() ?? "auto") + 1) % order.length];
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // A browser that keeps nothing still switches, until the next page.
    }
    apply(theme);
    return theme;
  };
})();
