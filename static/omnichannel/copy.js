// Copies what stands in an element; where the browser forbids it, the words are selected for the hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    document.querySelector("[data-copied]").textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(source);
  }
});
