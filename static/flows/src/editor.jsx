// The page on which a flow is drawn: canvas, form, phone, list of blocks.
import { applyNodeChanges, Background, Controls, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { nodeTypes } from "./block.jsx";
import { useHistory } from "./history.js";
import { Inspector } from "./inspector.jsx";
import { connected, copied, data, freshNode, outline, say, tidy, titleOf, without } from "./model.js";
import { Phone } from "./phone.jsx";
import { useSaving } from "./saving.js";

const LABELS = {
  "node.a11yDescription.default": say("on_node"),
  "node.a11yDescription.keyboardDisabled": say("on_node"),
  "node.a11yDescription.ariaLiveMessage": () => say("moved"),
  "controls.ariaLabel": say("zoom"),
  "controls.zoomIn.ariaLabel": say("zoom_in"),
  "controls.zoomOut.ariaLabel": say("zoom_out"),
  "controls.fitView.ariaLabel": say("zoom_all"),
  "handle.ariaLabel": say("handle"),
};
const START = { nodes: data.graph.nodes, edges: data.graph.edges };
const edgeId = (edge) => `${edge.source}|${edge.exit}`;

function drawn(graph, chosen, lit, wrong) {
  return graph.nodes.map((node) => ({
    id: node.id,
    type: "block",
    position: { x: node.x, y: node.y },
    selected: chosen.includes(node.id),
    ariaLabel: titleOf(node),
    data: { node, isLit: lit.has(node.id), isWrong: wrong.has(node.id) },
  }));
}

function Editor() {
  const { graph, past, future, draw, undo, redo } = useHistory(START);
  const { status, problems, publish } = useSaving(graph);
  const [chosen, setChosen] = useState([]);
  const [path, setPath] = useState([]);
  const [sought, setSought] = useState("");
  const view = useReactFlow();

  const lit = useMemo(() => new Set(path.map(([id]) => id)), [path]);
  const litEdges = useMemo(() => new Set(path.map(([id, way]) => `${id}|${way}`)), [path]);
  const wrong = useMemo(() => new Set(problems.filter((one) => one.error).map((one) => one.node)), [problems]);
  // Places while one drags; the history hears of the end alone.
  const [placed, setPlaced] = useState(() => drawn(graph, [], lit, wrong));
  useEffect(() => {
    setPlaced((known) => {
      const sizes = new Map(known.map((one) => [one.id, one.measured]));
      return drawn(graph, chosen, lit, wrong).map((one) => ({ ...one, measured: sizes.get(one.id) }));
    });
  }, [graph, chosen, lit, wrong]);
  const edges = useMemo(
    () =>
      tidy(graph).edges.map((one) => ({
        id: edgeId(one),
        source: one.source,
        target: one.target,
        sourceHandle: one.exit,
        className: litEdges.has(edgeId(one)) ? "lit" : "",
      })),
    [graph, litEdges],
  );

  const onNodesChange = useCallback(
    (changes) => {
      setPlaced((known) => applyNodeChanges(changes, known));
      const moved = changes.filter((one) => one.type === "position" && one.dragging === false && one.position);
      if (moved.length) {
        const at = new Map(moved.map((one) => [one.id, one.position]));
        draw((g) => {
          const isSame = (one) => !at.has(one.id) || (at.get(one.id).x === one.x && at.get(one.id).y === one.y);
          if (g.nodes.every(isSame)) return g;
          return {
            ...g,
            nodes: g.nodes.map((one) => (at.has(one.id) ? { ...one, x: at.get(one.id).x, y: at.get(one.id).y } : one)),
          };
        });
      }
      const marks = changes.filter((one) => one.type === "select");
      if (marks.length) {
        setChosen((known) => {
          const off = new Set(marks.filter((one) => !one.selected).map((one) => one.id));
          const on = marks.filter((one) => one.selected).map((one) => one.id);
          return [...known.filter((id) => !off.has(id) && !on.includes(id)), ...on];
        });
      }
    },
    [draw],
  );
  const onConnect = useCallback(
    (line) => draw((g) => connected(g, line.source, line.sourceHandle, line.target)),
    [draw],
  );
  const remove = useCallback(
    (ids) => {
      draw((g) => without(g, ids));
      setChosen([]);
    },
    [draw],
  );
  const twin = useCallback(() => {
    const made = copied(graph, chosen);
    if (!made.ids.length) return;
    draw(() => made.graph);
    setChosen(made.ids);
  }, [graph, chosen, draw]);
  const add = (kind) => {
    if (!kind) return;
    const beside = graph.nodes.find((one) => one.id === chosen[0]) ?? graph.nodes.at(-1) ?? { x: 0, y: 0 };
    const node = freshNode(graph.nodes, kind, beside.x + 280, beside.y + 40);
    draw((g) => ({ ...g, nodes: [...g.nodes, node] }));
    setChosen([node.id]);
  };
  const show = (id) => {
    setChosen([id]);
    view.fitView({ nodes: [{ id }], maxZoom: 1, duration: 0 });
  };

  useEffect(() => {
    const onKey = (event) => {
      const types = event.target.closest("input, textarea, select");
      const isMod = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (types && !(isMod && key === "s")) return;
      const act =
        isMod && key === "z" && !event.shiftKey
          ? undo
          : isMod && (key === "y" || key === "z")
            ? redo
            : isMod && key === "d"
              ? twin
              : key === "delete"
                ? () => remove(chosen)
                : key === "/"
                  ? () => document.getElementById("flow-search").focus()
                  : null;
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [undo, redo, twin, remove, chosen]);

  const node = chosen.length === 1 ? graph.nodes.find((one) => one.id === chosen[0]) : null;
  const wanted = sought.trim().toLowerCase();
  const listed = outline(graph).filter(
    (one) => !wanted || `${titleOf(one)} ${one.data.text ?? ""}`.toLowerCase().includes(wanted),
  );
  const kinds = data.kinds.filter(([key]) => key !== "inicio" || !graph.nodes.some((one) => one.kind === "inicio"));
  return (
    <>
      <div className="flow-bar" role="toolbar" aria-label={say("edit")}>
        <select aria-label={say("add")} value="" onChange={(event) => add(event.target.value)}>
          <option value="">{say("add")}</option>
          {kinds.map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
        <button type="button" className="button" disabled={!past.length} onClick={undo}>
          {say("undo")}
        </button>
        <button type="button" className="button" disabled={!future.length} onClick={redo}>
          {say("redo")}
        </button>
        <a className="button" href={data.urls["flow-runs"]}>
          {say("runs")}
        </a>
        <a className="button" href={data.urls["flow-export"]}>
          {say("export")}
        </a>
        <output id="flow-status">{status}</output>
        <button type="button" className="button primary" onClick={publish}>
          {say("publish")}
        </button>
      </div>
      <nav className="flow-outline" aria-label={say("outline")}>
        <input
          id="flow-search"
          type="search"
          aria-label={say("search")}
          placeholder={say("search")}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
        <ul>
          {listed.map((one) => (
            <li key={one.id}>
              <button type="button" aria-current={chosen.includes(one.id)} onClick={() => show(one.id)}>
                {titleOf(one)}
              </button>
            </li>
          ))}
        </ul>
        <h2>{say("errors")}</h2>
        <ul id="flow-problems">
          {problems.map((one) => (
            <li key={one.text} className={one.error ? "error" : ""}>
              <button type="button" disabled={!one.node} onClick={() => show(one.node)}>
                {one.text}
              </button>
            </li>
          ))}
          {!problems.length && <li>{say("no_errors")}</li>}
        </ul>
      </nav>
      <div className="flow-canvas">
        <ReactFlow
          nodes={placed}
          edges={edges}
          nodeTypes={nodeTypes}
          onNodesChange={onNodesChange}
          onConnect={onConnect}
          edgesFocusable={false}
          ariaLabelConfig={LABELS}
          deleteKeyCode={null}
          minZoom={0.1}
          fitView
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      <aside className="flow-side">
        <Inspector graph={graph} node={node} draw={draw} onCopy={twin} onDelete={() => remove(chosen)} />
      </aside>
      <Phone draft={() => tidy(graph)} onPath={setPath} />
    </>
  );
}

createRoot(document.getElementById("editor")).render(
  <ReactFlowProvider>
    <Editor />
  </ReactFlowProvider>,
);
