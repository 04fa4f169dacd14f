"""One outgoing message as the body of `POST /{account}/messages`."""

from __future__ import annotations

from providers.choices import MessageKind
from providers.content import Question, ReactionTo
from providers.facts import Json
from providers.outgoing import OutgoingMessage

MEDIA_FIELD = {
    MessageKind.IMAGE: "image",
    MessageKind.AUDIO: "audio",
    MessageKind.VIDEO: "video",
    MessageKind.DOCUMENT: "file",
}
# The emojis that Meta has a name for, without their variation sign.
REACTIONS = {
    "❤": "love",
    "😆": "smile",
    "😮": "wow",
    "😢": "sad",
    "😠": "angry",
    "👍": "like",
    "👎": "dislike",
}


def body_of(message: OutgoingMessage, *, has_token: bool) -> Json:
    """Return the body that sends a message that has passed `check`. With `has_token` the echo
    brings our own id back.
    """
    said: Json = _said(message)
    if has_token and message.token:
        said["metadata"] = message.token
    if message.to.comment_id:
        return {"recipient": {"comment_id": message.to.comment_id}, "message": said}
    body: Json = {"recipient": {"id": message.to.user_id}, "message": said}
    if message.is_late:
        body |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    else:
        body["messaging_type"] = "RESPONSE"
    if message.reply_to:
        body["reply_to"] = {"mid": message.reply_to}
    return body


def action_body(user_id: str, action: str) -> Json:
    """Return the body that shows a person something that is no message."""
    return {"recipient": {"id": user_id}, "sender_action": action}


def reaction_body(message: OutgoingMessage) -> Json:
    """Return the body that puts an emoji on a message, or takes it away; it has passed `check`."""
    put = message.content
    assert isinstance(put, ReactionTo)
    payload: Json = {"message_id": put.target}
    if put.emoji:
        payload["reaction"] = REACTIONS[bare(put.emoji)]
    action = "react" if put.emoji else "unreact"
    return {**action_body(message.to.user_id, action), "payload": payload}


def bare(emoji: str) -> str:
    """Return an emoji without the sign that only asks for its coloured form."""
    return emoji.replace("\ufe0f", "")


def attachment_of(kind: MessageKind) -> Json:
    """Return the `message` by which a file of a kind is stored for one send."""
    return {"attachment": {"type": MEDIA_FIELD[kind], "payload": {"is_reusable": True}}}


def _said(message: OutgoingMessage) -> Json:
    if message.media:
        file = message.media[0]
        payload = {"attachment_id": file.media_id}
        return {"attachment": {"type": MEDIA_FIELD[file.kind], "payload": payload}}
    content = message.content
    if isinstance(content, Question):
        replies = [
            {"content_type": "text", "title": choice.title, "payload": choice.key}
            for choice in content.choices
        ]
        return {"text": content.text or message.text, "quick_replies": replies}
    return {"text": message.text}
