// What a flow is, to the page: blocks, lines, the ways out of a block. Pure; the server holds the same (flows/graph.py).

export const data = JSON.parse(document.getElementById("fluxo").textContent);
const { words } = data;
export const say = (name, ...given) => given.reduce((text, one) => text.replace("%s", one), words[name] ?? name);
export const kindTitle = (kind) => data.kinds.find(([key]) => key === kind)?.[1] ?? kind;
export const titleOf = (node) => node.name || kindTitle(node.kind);

export const ENDS = new Set(["fila", "robo", "fim"]);
const FRESH = {
  inicio: { every: true },
  mensagem: { text: "" },
  pergunta: { text: "", answer: "texto", tries: 3, timeout_minutes: 1440, variable: "" },
  condicao: { tests: [{ id: "c1", title: "", field: "", operator: "igual", value: "" }] },
  campo: { target: "variavel", name: "", value: "" },
  etiqueta: { act: "por", tag: "" },
  consentimento: { purpose: "lembretes", given: true },
  fila: { queue: "", text: "" },
  robo: { text: "" },
  espera: { until: "tempo", minutes: 60 },
  salto: { node: "" },
  http: { method: "GET", url: "https://", headers: [], body: [], sets: [] },
  teste_ab: {
    parts: [
      { id: "a", title: "A", weight: 50 },
      { id: "b", title: "B", weight: 50 },
    ],
  },
  fim: { text: "", closes: true },
};

export function freshId(nodes, kind) {
  const taken = new Set(nodes.map((one) => one.id));
  let n = nodes.length + 1;
  while (taken.has(`${kind}_${n}`)) n += 1;
  return `${kind}_${n}`;
}

export function freshNode(nodes, kind, x, y) {
  return { id: freshId(nodes, kind), kind, name: "", data: structuredClone(FRESH[kind]), x, y };
}

export function choicesOf(node) {
  const shows = node.kind === "mensagem" || (node.kind === "pergunta" && node.data.answer === "escolha");
  return shows ? (node.data.choices ?? []) : [];
}

const named = (list) => list.map((one) => [one.id, one.title || one.id]);
const way = (id) => [id, say(`way_${id}`)];

/** The ways out of a block: [id, title]. */
export function exitsOf(node) {
  const choices = named(choicesOf(node));
  switch (node.kind) {
    case "fila":
    case "robo":
    case "fim":
    case "salto":
      return [];
    case "mensagem":
      return choices.length
        ? [...choices, way("outra"), way("tempo"), way("nao_enviada")]
        : [way("segue"), way("nao_enviada")];
    case "pergunta":
      return [
        ...(node.data.answer === "escolha" ? choices : [way("respondida")]),
        way("sem_acerto"),
        way("tempo"),
        way("nao_enviada"),
      ];
    case "condicao":
      return [...named(node.data.tests ?? []), way("senao")];
    case "teste_ab":
      return named(node.data.parts ?? []);
    case "http":
      return [way("certo"), way("erro"), way("incerto")];
    case "espera":
      return node.data.until === "resposta" ? [way("segue"), way("tempo")] : [way("segue")];
  }
  return [way("segue")];
}

/** A graph without lines from exits that are no more, as the server reads it. */
export function tidy({ nodes, edges }) {
  const ways = new Map(nodes.map((one) => [one.id, new Set(exitsOf(one).map(([id]) => id))]));
  return {
    format: 1,
    nodes,
    edges: edges.filter((one) => ways.get(one.source)?.has(one.exit) && ways.has(one.target)),
  };
}

export function connected(graph, source, exit, target) {
  const edges = graph.edges.filter((one) => one.source !== source || one.exit !== exit);
  return { ...graph, edges: target ? [...edges, { source, exit, target }] : edges };
}

export function without(graph, ids) {
  const gone = new Set(ids.filter((id) => graph.nodes.find((one) => one.id === id)?.kind !== "inicio"));
  return {
    ...graph,
    nodes: graph.nodes.filter((one) => !gone.has(one.id)),
    edges: graph.edges.filter((one) => !gone.has(one.source) && !gone.has(one.target)),
  };
}

/** Copies of some blocks, with ids of their own and the lines among them. */
export function copied(graph, ids) {
  const nodes = [...graph.nodes];
  const names = new Map();
  for (const id of ids) {
    const one = graph.nodes.find((node) => node.id === id);
    if (!one || one.kind === "inicio") continue;
    const twin = { ...structuredClone(one), id: freshId(nodes, one.kind), x: one.x + 40, y: one.y + 60 };
    names.set(id, twin.id);
    nodes.push(twin);
  }
  const edges = graph.edges
    .filter((one) => names.has(one.source) && names.has(one.target))
    .map((one) => ({ ...one, source: names.get(one.source), target: names.get(one.target) }));
  return { graph: { ...graph, nodes, edges: [...graph.edges, ...edges] }, ids: [...names.values()] };
}

/** The blocks in the order in which one comes to them, those nothing leads to at the end. */
export function outline(graph) {
  const byId = new Map(graph.nodes.map((one) => [one.id, one]));
  const found = new Set();
  const ahead = graph.nodes.filter((one) => one.kind === "inicio").map((one) => one.id);
  while (ahead.length) {
    const id = ahead.shift();
    if (found.has(id)) continue;
    found.add(id);
    for (const edge of graph.edges) if (edge.source === id) ahead.push(edge.target);
  }
  for (const id of byId.keys()) found.add(id);
  return [...found].map((id) => byId.get(id)).filter(Boolean);
}
