"""The floor of storing: messages like ours, written one by one by bare SQL."""

from __future__ import annotations

import time

import psycopg
from django.db import connection
from uuid_utils.compat import uuid7

from omnichannel.models import Message

ROWS = 1500
PATIENTS = 200
BARE = """
DROP TABLE IF EXISTS bare_message, bare_conversation;
CREATE TABLE bare_message (LIKE omnichannel_message INCLUDING DEFAULTS);
ALTER TABLE bare_message ADD PRIMARY KEY (id), ADD UNIQUE (channel_id, external_id);
CREATE TABLE bare_conversation (LIKE omnichannel_conversation INCLUDING DEFAULTS);
ALTER TABLE bare_conversation ADD PRIMARY KEY (id);
INSERT INTO bare_conversation SELECT * FROM omnichannel_conversation;
"""
UPDATE_ONE = """
UPDATE bare_conversation SET message_seq = message_seq + 1, message_count = message_count + 1,
    unread_count = unread_count + 1, revision = revision + 1, last_message_at = now(),
    last_message_text = %s, last_inbound_at = now(), updated_at = now()
WHERE id = %s
"""


def one_by_one(run: str) -> float:
    """Write messages like ours, each with dedupe, its conversation and a commit; give the messages
    per second. There must be some of ours already.
    """
    columns = [field.column for field in Message._meta.concrete_fields]
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.execute(f"SELECT {names} FROM omnichannel_message WHERE direction = 'entrada'")
        rows = [list(row) for row in cursor.fetchall()][:PATIENTS]
        parameters = connection.get_connection_params()
    insert = (
        f"INSERT INTO bare_message ({names}) VALUES ({marks})"
        " ON CONFLICT (channel_id, external_id) DO NOTHING"
    )
    own = {key: parameters[key] for key in ("host", "dbname", "user") if parameters.get(key)}
    with psycopg.connect(**own) as bare:
        began = time.monotonic()
        for number in range(ROWS):
            row = rows[number % len(rows)]
            values = dict(zip(columns, row, strict=True))
            values |= {"id": uuid7(), "external_id": f"wamid.{run}.{number}", "seq": number + 2}
            with bare.transaction():
                bare.execute(insert, list(values.values()))
                bare.execute(UPDATE_ONE, [values["text"][:160], values["conversation_id"]])
        return ROWS / (time.monotonic() - began)
