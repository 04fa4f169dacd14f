// Requests to the visitor's door. What it refuses comes as a Refusal with the door's own code and sentence.
import { base, config } from "./state.js";

export class Refusal extends Error {
  constructor(status, body, wait) {
    super(body.detail ?? "");
    this.status = status;
    this.code = body.code ?? "";
    this.fields = body.fields ?? {};
    this.proof = body.proof ?? null;
    this.wait = wait;
  }

  /** Whether the same request may be taken later. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

let pointer = null;
export const holdPointer = (value) => {
  pointer = value;
};
export const heldPointer = () => pointer;

async function once(path, { method, body, signal }) {
  const headers = { "Accept-Language": config.language };
  if (pointer) headers.Authorization = `Bearer ${pointer}`;
  if (body && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
  try {
    return await fetch(base + path, {
      method,
      headers,
      body: body instanceof FormData ? body : body && JSON.stringify(body),
      signal: signal ?? AbortSignal.timeout(body instanceof FormData ? 120_000 : 20_000),
    });
  } catch {
    throw new Refusal(0, {}, 0);
  }
}

function withProof(body, proof) {
  if (!(body instanceof FormData)) return { ...body, proof };
  for (const [name, value] of Object.entries(proof)) body.set(name, value);
  return body;
}

async function refusalOf(answer) {
  const wait = Number(answer.headers.get("Retry-After")) || 0;
  return new Refusal(answer.status, await answer.json().catch(() => ({})), wait);
}

/** Asks and returns the answer. Does the work that a 428 asks for, once, and repeats the request with it. */
async function asked(path, options) {
  const answer = await once(path, options);
  if (answer.ok) return answer;
  const refusal = await refusalOf(answer);
  if (refusal.status !== 428 || !refusal.proof) throw refusal;
  const { prove } = await import("./proof.js");
  const again = await once(path, { ...options, body: withProof(options.body, await prove(refusal.proof)) });
  if (again.ok) return again;
  throw await refusalOf(again);
}

const json = (answer) => (answer.status === 204 ? null : answer.json());
export const post = async (path, body = {}) => json(await asked(path, { method: "POST", body }));
export const get = async (path, query) => json(await asked(`${path}?${new URLSearchParams(query)}`, { method: "GET" }));

/** A file of the visitor's own conversations as an address inside this page. */
export async function fileAddress(id, isShown) {
  const answer = await asked(`arquivos/${id}/${isShown ? "?ver=1" : ""}`, { method: "GET" });
  return URL.createObjectURL(await answer.blob());
}
