// Looking closer at a picture: wheel, keys, two fingers, a double click; dragged about while it is larger than its
// frame. `onSwipe` hears a finger that goes sideways over a picture that is not enlarged.

const MOST = 8;
const STEP = 1.35;
const SWIPE_PX = 60;
const WHEEL_STEP = 0.0022;

const between = (low, value, high) => Math.min(high, Math.max(low, value));

/** Watches `frame`, which holds one picture at a time. Returns what buttons and keys call. */
export function zooming(frame, { onSwipe, onChange }) {
  const fingers = new Map();
  let scale = 1;
  let shift = { x: 0, y: 0 };
  let start = null;

  const picture = () => frame.querySelector("img");

  function draw() {
    const image = picture();
    if (!image) return;
    // No further than its own edge: a picture that left its frame would seem lost.
    const roomX = Math.max(0, (image.offsetWidth * scale - frame.clientWidth) / 2);
    const roomY = Math.max(0, (image.offsetHeight * scale - frame.clientHeight) / 2);
    shift = { x: between(-roomX, shift.x, roomX), y: between(-roomY, shift.y, roomY) };
    image.style.transform = `translate(${shift.x}px, ${shift.y}px) scale(${scale})`;
    frame.toggleAttribute("data-enlarged", scale > 1);
    onChange(scale);
  }

  /** Enlarges by `factor`; what stands under the point stays there. */
  function by(factor, point = null) {
    if (!picture()) return;
    const box = frame.getBoundingClientRect();
    const from = scale;
    scale = between(1, scale * factor, MOST);
    const x = point ? point.x - (box.left + box.width / 2) : 0;
    const y = point ? point.y - (box.top + box.height / 2) : 0;
    shift = { x: x - ((x - shift.x) * scale) / from, y: y - ((y - shift.y) * scale) / from };
    draw();
  }

  function reset() {
    scale = 1;
    shift = { x: 0, y: 0 };
    fingers.clear();
    draw();
  }

  const spread = () => {
    const [one, other] = [...fingers.values()];
    return {
      size: Math.hypot(one.x - other.x, one.y - other.y),
      middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
    };
  };

  frame.addEventListener(
    "wheel",
    (event) => {
      if (!picture()) return;
      event.preventDefault();
      by(Math.exp(-event.deltaY * WHEEL_STEP), { x: event.clientX, y: event.clientY });
    },
    { passive: false },
  );
  frame.addEventListener("dblclick", (event) => {
    if (scale > 1) reset();
    else by(2.5, { x: event.clientX, y: event.clientY });
  });
  frame.addEventListener("pointerdown", (event) => {
    if (!picture()) return;
    frame.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    start = fingers.size === 1 ? { x: event.clientX, y: event.clientY } : null;
  });
  frame.addEventListener("pointermove", (event) => {
    const old = fingers.get(event.pointerId);
    if (!old) return;
    const before = fingers.size === 2 ? spread() : null;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (before) {
      const now = spread();
      if (before.size > 0) by(now.size / before.size, now.middle);
    } else if (scale > 1) {
      shift = { x: shift.x + event.clientX - old.x, y: shift.y + event.clientY - old.y };
      draw();
    }
  });
  const lift = (event) => {
    const wasOnly = fingers.size === 1 && fingers.has(event.pointerId);
    fingers.delete(event.pointerId);
    if (!wasOnly || !start || scale > 1 || event.type === "pointercancel") return;
    const moved = { x: event.clientX - start.x, y: event.clientY - start.y };
    if (Math.abs(moved.x) > SWIPE_PX && Math.abs(moved.x) > 2 * Math.abs(moved.y)) onSwipe(moved.x < 0 ? 1 : -1);
  };
  for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, lift);

  return {
    larger: () => by(STEP),
    smaller: () => by(1 / STEP),
    move: (x, y) => {
      shift = { x: shift.x + x, y: shift.y + y };
      draw();
    },
    isEnlarged: () => scale > 1,
    reset,
  };
}
