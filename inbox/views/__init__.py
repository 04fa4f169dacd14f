"""The attendant's pages. A view reads input, calls a service or selectors, shapes the answer."""
