// What was drawn, with the way back. Typing in one input is one step.
import { useCallback, useReducer } from "react";

const MOST = 100;

export function step(state, act) {
  switch (act.type) {
    case "draw": {
      const graph = act.change(state.graph);
      if (graph === state.graph) return state;
      const goesOn = act.mark && act.mark === state.mark;
      const past = goesOn ? state.past : [...state.past, state.graph].slice(-MOST);
      return { graph, past, future: [], mark: act.mark ?? "" };
    }
    case "undo":
      if (!state.past.length) return state;
      return {
        graph: state.past.at(-1),
        past: state.past.slice(0, -1),
        future: [state.graph, ...state.future],
        mark: "",
      };
    case "redo":
      if (!state.future.length) return state;
      return { graph: state.future[0], past: [...state.past, state.graph], future: state.future.slice(1), mark: "" };
  }
  return state;
}

export function useHistory(graph) {
  const [state, act] = useReducer(step, { graph, past: [], future: [], mark: "" });
  const draw = useCallback((change, mark) => act({ type: "draw", change, mark }), []);
  const undo = useCallback(() => act({ type: "undo" }), []);
  const redo = useCallback(() => act({ type: "redo" }), []);
  return { ...state, draw, undo, redo };
}
