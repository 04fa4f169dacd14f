// The work that a busy door asks for, away from the page's own thread. WORK is the worker's file, named by the build.

/** Finds the nonce of a challenge; resolves to what is sent with the request. */
export function prove({ challenge, bits }) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(WORK, import.meta.url));
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve({ challenge, nonce: data });
    };
    worker.onerror = (event) => {
      worker.terminate();
      reject(new Error(event.message));
    };
    worker.postMessage({ challenge, bits });
  });
}
