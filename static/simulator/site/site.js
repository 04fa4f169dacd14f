// The sample site's own script: it walks between its pages without loading, as many sites do, and calls the chat.
self.Central ??= [];
const main = document.querySelector("main");
const { token } = document.body.dataset;
if (token) self.Central.push(["identify", token]);

function show(part) {
  main.dataset.part = part;
  for (const link of document.querySelectorAll("nav [data-part]")) {
    if (link.dataset.part === part) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const title = document.getElementById(part).querySelector("h1").textContent;
  document.title = `${title} · ${document.querySelector(".brand").textContent}`;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("nav [data-part]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    history.pushState(null, "", link.pathname + location.search);
    show(link.dataset.part);
  } else if (event.target.closest("[data-open]")) self.Central.push(["open"]);
  else if (event.target.closest("[data-logout]")) self.Central.push(["logout"]);
});
addEventListener("popstate", () => {
  const parts = [...document.querySelectorAll("section")].map((section) => section.id);
  show(parts.find((part) => location.pathname.endsWith(`/${part}/`)) ?? "inicio");
});
show(main.dataset.part);
