// Shapes of Lucide (ISC), only those the panel draws.
const SHAPES = {
  x: "M18 6 6 18M6 6l12 12",
  down: "m6 9 6 6 6-6",
  more: "M12 5h.01M12 12h.01M12 19h.01",
  back: "m12 19-7-7 7-7M19 12H5",
  send: "m22 2-7 20-4-9-9-4ZM22 2 11 13",
  clip: "m21.4 11.1-9.2 9.2a6 6 0 0 1-8.5-8.5l9.2-9.2a4 4 0 0 1 5.7 5.7l-9.2 9.2a2 2 0 0 1-2.8-2.8l8.5-8.5",
  clock: "M12 6v6l4 2M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20",
  check: "M20 6 9 17l-5-5",
  checks: "M18 6 7 17l-5-5M22 10l-7.5 7.5L13 16",
  alert: "M12 8v4M12 16h.01M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20",
  file: "M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8ZM14 2v6h6M8 13h8M8 17h5",
  star: "m12 2 3.1 6.3 6.9 1-5 4.9 1.2 6.8-6.2-3.2L5.8 21 7 14.2 2 9.3l6.9-1Z",
  chats:
    "M8 12h.01M12 12h.01M16 12h.01M21 12c0 4-4 7.5-9 7.5-1.6 0-3-.3-4.3-.900L3 20l1.3-3.800C3.5 15 3 13.6 3 12c0-4 4-7.5 9-7.500S21 8 21 12",
  out: "M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4M16 17l5-5-5-5M21 12H9",
  phone:
    "M13 2a9 9 0 0 1 9 9M13 6a5 5 0 0 1 5 5M13.8 16.600a1 1 0 0 0 1.2-.300l.4-.500A2 2 0 0 1 17 15h3a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3a2 2 0 0 1-.8 1.600l-.5.400a1 1 0 0 0-.3 1.2 14 14 0 0 0 6.4 6.4",
  plus: "M5 12h14M12 5v14",
  away: "M12 20h.01M8.5 16.400a5 5 0 0 1 7 0M2 8.800a15 15 0 0 1 4.2-2.600M22 8.800a15 15 0 0 0-11.3-3.800M16.9 11.200l2.1 1.700M5 12.900a10 10 0 0 1 5.2-2.700M2 2l20 20",
};

export const Icon = ({ name }) => (
  <svg viewBox="0 0 24 24" class={`icon i-${name}`} aria-hidden="true">
    <path d={SHAPES[name]} />
  </svg>
);

/** A button that is only a picture; its name is for readers and the pointer's hint. */
export const IconButton = ({ icon, label, ...rest }) => (
  <button type="button" class="icon-button" aria-label={label} title={label} {...rest}>
    <Icon name={icon} />
  </button>
);
