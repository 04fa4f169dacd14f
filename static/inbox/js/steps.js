// Rows of actions and conditions: each shows what its choice needs, and one empty row waits for more.
function fit(row) {
  const chosen = row.querySelector("[data-step-act]").value;
  for (const part of row.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(chosen);
}

function show() {
  for (const group of document.querySelectorAll(".step-rows")) {
    let isWaiting = false;
    for (const row of group.querySelectorAll("[data-step]")) {
      fit(row);
      const isEmpty = !row.querySelector("[data-step-act]").value;
      row.hidden = isEmpty && isWaiting;
      isWaiting ||= isEmpty;
    }
  }
}

show();
document.addEventListener("change", (event) => event.target.matches("[data-step-act]") && show());
