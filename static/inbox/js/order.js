// Which of two rows comes first. A row says its place in data-order, rows of one place in data-seq; data-before puts
// it above the row that has the same numbers.

const rank = (row) => [
  Number(row.dataset.order),
  Number(row.dataset.seq ?? 0) - (row.hasAttribute("data-before") ? 0.5 : 0),
];

/** Tells whether row `a` stands above row `b`; in a list that descends the larger number comes first. */
export function comesBefore(a, b, descending) {
  const [x, y] = [rank(a), rank(b)];
  const difference = x[0] - y[0] || x[1] - y[1];
  return descending ? difference > 0 : difference < 0;
}
