// One block on the canvas: its title, a line of what it says, its ways out.
import { Handle, Position } from "@xyflow/react";
import { memo } from "react";
import { data, exitsOf, kindTitle, say, titleOf } from "./model.js";

const line = (node) => node.data.text || node.data.tag || node.data.url || "";

function Block({ data: { node, isLit, isWrong }, selected }) {
  const numbers = data.numbers[node.id];
  const marks = ["flow-block", node.kind, selected && "selected", isLit && "lit", isWrong && "wrong"];
  return (
    <div className={marks.filter(Boolean).join(" ")}>
      {node.kind !== "inicio" && <Handle type="target" position={Position.Left} />}
      <small>{kindTitle(node.kind)}</small>
      <strong>{titleOf(node)}</strong>
      {line(node) && <p>{line(node)}</p>}
      {numbers && (
        <p className="flow-numbers">
          {numbers.reached} {say("reached")}
          {numbers.waiting > 0 && `, ${numbers.waiting} ${say("waiting")}`}
        </p>
      )}
      <ul>
        {exitsOf(node).map(([id, title]) => (
          <li key={id}>
            {title}
            {numbers?.exits[id] > 0 && ` (${numbers.exits[id]})`}
            <Handle type="source" position={Position.Right} id={id} />
          </li>
        ))}
      </ul>
    </div>
  );
}

export const nodeTypes = { block: memo(Block) };
