// What a frame of the door changes on the screen; the same for a socket's frame, another tab's and an answer to asking.
import { get } from "./api.js";
import { countUnseen } from "./session.js";
import { change, conversationOf, isOurs, keepConversation, keepMessages, state } from "./state.js";

let typingTimer = 0;

const acts = {
  message_new: (frame) => said(frame, true),
  message_changed: (frame) => said(frame, false),
  typing({ conversation, name, seconds }) {
    if (conversation !== state.current) return;
    clearTimeout(typingTimer);
    change({ typing: { name } });
    typingTimer = setTimeout(change, seconds * 1000, { typing: null });
  },
  status({ state: told }) {
    keepConversation(told);
    if (told.stage !== "fila" && told.id === state.current) change({ queue: null });
    countUnseen();
  },
  queue: ({ conversation, queue }) => conversation === state.current && change({ queue }),
  read({ conversation, seq }) {
    if (conversation !== state.current) return;
    const read = [...state.messages.values()].filter((one) => !isOurs(one) && one.seq <= seq && one.status !== "lida");
    keepMessages(read.map((one) => ({ ...one, status: "lida" })));
  },
  closed({ conversation, revision, can_rate }) {
    const known = conversationOf(conversation);
    if (known)
      keepConversation({ ...known, revision, stage: "encerrada", can_rate, closed_at: new Date().toISOString() });
    if (conversation === state.current) change({ queue: null, typing: null });
  },
};

/** Takes one frame. */
export function apply(frame) {
  acts[frame.type]?.(frame);
  if (frame.conversation === state.current && frame.revision > state.revision) change({ revision: frame.revision });
}

function said({ conversation, message }, isNew) {
  const known = conversationOf(conversation);
  const isUnseen = isNew && isOurs(message) && message.from !== "sistema" && !state.messages.has(message.id);
  // The first word of a conversation that this tab has not heard of.
  if (!known) fetchTold(conversation);
  else if (isNew) {
    const unread = known.unread + (isUnseen ? 1 : 0);
    keepConversation({ ...known, unread, last_message: message.text.slice(0, 80) || known.last_message });
  }
  if (conversation === state.current || !state.current) {
    if (!state.current) change({ current: conversation });
    keepMessages([message]);
    if (isNew && isOurs(message)) change({ typing: null });
  }
  countUnseen();
}

async function fetchTold(conversation) {
  const told = await get("eventos/", { conversa: conversation, desde: 0 }).catch(() => null);
  if (!told) return;
  keepConversation(told.conversation);
  countUnseen();
}

/** The frames that an answer of `eventos/` stands for. */
export function talkFrames(conversation, { messages, revision, conversation: told, queue, typing }) {
  const frames = messages.map((message) => ({
    type: state.messages.has(message.id) ? "message_changed" : "message_new",
    conversation,
    revision: message.revision,
    message,
  }));
  frames.push({ type: "status", conversation, revision, state: told }, { type: "queue", conversation, queue });
  if (typing) frames.push({ type: "typing", conversation, name: told.attendant, seconds: 5 });
  return frames;
}
