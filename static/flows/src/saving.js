// The draft is kept a moment after it changed, one save after the other; publishing waits for the last.
import { useCallback, useEffect, useRef, useState } from "react";
import { data, say, tidy } from "./model.js";
import { post } from "./server.js";

const QUIET_MS = 900;

export function useSaving(graph) {
  const [status, setStatus] = useState("");
  const [problems, setProblems] = useState(data.problems);
  const kept = useRef({ graph, revision: data.revision, running: null });
  const latest = useRef(graph);
  latest.current = graph;

  const save = useCallback(async () => {
    const own = kept.current;
    while (own.running) await own.running;
    if (own.graph === latest.current) return true;
    const given = latest.current;
    setStatus(say("saving"));
    own.running = post(data.urls.flow, { graph: tidy(given), revision: own.revision });
    try {
      const told = await own.running;
      own.graph = given;
      own.revision = told.revision;
      setProblems(told.problems);
      setStatus(say("saved"));
      return true;
    } catch (refused) {
      setStatus(`${say("unsaved")}: ${refused.message}`);
      return false;
    } finally {
      own.running = null;
    }
  }, []);

  useEffect(() => {
    if (graph === kept.current.graph) return undefined;
    const timer = setTimeout(save, QUIET_MS);
    return () => clearTimeout(timer);
  }, [graph, save]);

  useEffect(() => {
    const guard = (event) => {
      if (kept.current.graph !== latest.current) event.preventDefault();
    };
    addEventListener("beforeunload", guard);
    return () => removeEventListener("beforeunload", guard);
  }, []);

  const publish = useCallback(async () => {
    if (!(await save())) return;
    try {
      const told = await post(data.urls["flow-publish"], { revision: kept.current.revision });
      setStatus(say("published", told.version));
    } catch (refused) {
      setStatus(refused.message);
    }
  }, [save]);

  return { status, problems, publish };
}
