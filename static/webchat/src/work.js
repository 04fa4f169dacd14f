// Finds a number so that SHA-256 of "challenge:number" begins with some zero bits. Own, because the browser's digest is
// asynchronous (ten times slower in such a loop) and missing on pages without HTTPS.

const ROOT = (x, n) => (x ** (1 / n) * 2 ** 32) | 0;
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
const K = Int32Array.from(primes, (p) => ROOT(p, 3));
const START = Int32Array.from(primes.slice(0, 8), (p) => ROOT(p, 2));
const W = new Int32Array(64);

const turn = (x, n) => (x >>> n) | (x << (32 - n));

/** Takes one block of 64 bytes into the state. */
function mix(state, view, at) {
  for (let i = 0; i < 64; i++) {
    if (i < 16) W[i] = view.getInt32(at + i * 4);
    else {
      const a = W[i - 15];
      const b = W[i - 2];
      W[i] =
        (W[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + W[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
    }
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((x, i) => {
    state[i] += x;
  });
}

/** Writes text, the end mark and the length into `bytes`; returns how many blocks that makes. */
function fill(bytes, view, text) {
  bytes.fill(0);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  bytes[text.length] = 0x80;
  const blocks = (text.length + 9 + 63) >> 6;
  view.setInt32(blocks * 64 - 4, text.length * 8);
  return blocks;
}

/** Searches; returns the first number that fits, as text. */
function search(challenge, bits) {
  const bytes = new Uint8Array(((challenge.length + 21 + 9 + 63) >> 6) * 64);
  const view = new DataView(bytes.buffer);
  const state = new Int32Array(8);
  for (let nonce = 0; ; nonce++) {
    const blocks = fill(bytes, view, `${challenge}:${nonce}`);
    state.set(START);
    for (let block = 0; block < blocks; block++) mix(state, view, block * 64);
    let zeros = 0;
    while (zeros < 256 && !((state[zeros >> 5] >>> (31 - (zeros & 31))) & 1)) zeros++;
    if (zeros >= bits) return String(nonce);
  }
}

self.onmessage = ({ data }) => self.postMessage(search(data.challenge, data.bits));
