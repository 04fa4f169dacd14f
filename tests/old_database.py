"""An old database for tests: the spec's tables, with as many messages as asked, and their dirt."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import Any
from uuid import UUID

import psycopg

COMPANY = "11111111-1111-1111-1111-111111111111"
TABLES = """
CREATE TABLE tb_canais_omni (id_canal uuid, id_empresa uuid, nm_canal varchar(100), tp_canal text,
  id_conta_whatsapp varchar(100), id_telefone_whatsapp varchar(100));
CREATE TABLE tb_contatos_omni (id_contato uuid, id_empresa uuid, nm_contato varchar(255),
  nm_email varchar(255), nr_telefone varchar(20), id_whatsapp varchar(50),
  id_instagram varchar(100), id_facebook varchar(100));
CREATE TABLE tb_conversas_omni (id_conversa uuid, id_empresa uuid, id_contato uuid, id_canal uuid,
  st_aberta boolean, nm_assunto varchar(255), dt_abertura timestamp, dt_fechamento timestamp);
CREATE TABLE tb_mensagens_omni (id_mensagem uuid, id_conversa uuid, id_externo varchar(255),
  st_entrada boolean, tp_mensagem text, ds_conteudo text, st_mensagem text, ds_erro text,
  ds_metadata json, dt_criacao timestamp, dt_envio timestamp, dt_entrega timestamp,
  dt_leitura timestamp);
CREATE TABLE tb_campanhas (id_campanha uuid, id_empresa uuid);
"""
FILL = """
INSERT INTO tb_canais_omni VALUES (md5('canal')::uuid, '{company}', 'WhatsApp', 'whatsapp', 'w',
  '{account}');
INSERT INTO tb_contatos_omni SELECT md5('p' || n)::uuid, '{company}', 'Pessoa ' || n, '',
  '', '55419' || (80000000 + n), NULL, NULL FROM generate_series(1, {people}) n;
INSERT INTO tb_conversas_omni SELECT md5('c' || n)::uuid, '{company}',
  md5('p' || (1 + n % {people}))::uuid, md5('canal')::uuid, n % 3 = 0, 'Assunto',
  timestamp '2024-01-01' + n * interval '1 hour', NULL FROM generate_series(1, {talks}) n;
INSERT INTO tb_mensagens_omni SELECT md5('m' || n)::uuid, md5('c' || (1 + n % {talks}))::uuid,
  'wamid.antiga' || n, n % 2 = 0, 'texto', 'Mensagem número ' || n || ' da conversa',
  CASE WHEN n % 2 = 0 THEN 'lida' ELSE 'entregue' END, NULL, '{{}}',
  timestamp '2024-01-01' + n * interval '1 minute', NULL, NULL, NULL
  FROM generate_series(1, {messages}) n;
CREATE INDEX ON tb_mensagens_omni (id_conversa);
"""
DIRT = """
-- Nobody to be found by; a conversation without its person, one without its channel.
INSERT INTO tb_contatos_omni VALUES (md5('sem')::uuid, '{company}', 'Sem Número', '', '', '', NULL,
  NULL);
INSERT INTO tb_conversas_omni VALUES
  (md5('o1')::uuid, '{company}', md5('ninguem')::uuid, md5('canal')::uuid, false, '', now(), now()),
  (md5('o2')::uuid, '{company}', md5('p1')::uuid, md5('outro')::uuid, false, '', now(), now());
-- Messages of those and of no conversation, one twice, one under a name that is taken.
INSERT INTO tb_mensagens_omni (id_mensagem, id_conversa, id_externo, st_entrada, tp_mensagem,
  ds_conteudo, st_mensagem, ds_metadata, dt_criacao) VALUES
  (md5('x1')::uuid, md5('o1')::uuid, 'x1', true, 'texto', 'a', 'lida', '{{}}', now()),
  (md5('x2')::uuid, md5('nada')::uuid, 'x2', true, 'texto', 'b', 'lida', '{{}}', now()),
  (md5('m1')::uuid, md5('c2')::uuid, 'x3', true, 'texto', 'de novo', 'lida', '{{}}', now()),
  (md5('x4')::uuid, md5('c2')::uuid, 'wamid.antiga1', true, 'texto', 'c', 'lida', '{{}}', now()),
  (md5('x5')::uuid, md5('c2')::uuid, 'x5', true, 'adesivo', 'd', 'pendente',
   '{{"a": "\\u0000"}}', now());
"""


@dataclass(frozen=True)
class OldDatabase:
    """Where an old database is."""

    address: str
    name: str


def old_database_make(
    admin: str, name: str, *, messages: int, account: str, encoding: str = "SQL_ASCII"
) -> OldDatabase:
    """Make one on the server of `admin`, an address; a database of the name is made anew."""
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(
            f"CREATE DATABASE \"{name}\" ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
            " LOCALE_PROVIDER libc TEMPLATE template0"
        )
    address = psycopg.conninfo.make_conninfo(admin, dbname=name)
    given: dict[str, Any] = {
        "company": COMPANY,
        "account": account,
        "messages": messages,
        "talks": max(messages // 20, 4),
        "people": max(messages // 40, 4),
    }
    with psycopg.connect(address, autocommit=True) as old:
        # Bytes, because a server that knows no encoding takes what it gets.
        for part in (TABLES, FILL.format(**given), DIRT.format(**given)):
            old.execute(part.encode())
        # As a program that knew only Latin-1 left it.
        raw = "Coração e ação".encode("latin-1")
        if encoding == "SQL_ASCII":
            old.execute(
                b"UPDATE tb_mensagens_omni SET ds_conteudo = '" + raw + b"'"
                b" WHERE id_mensagem = md5('m2')::uuid"
            )
    return OldDatabase(address, name)


def old_database_drop(admin: str, name: str) -> None:
    """Remove it."""
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def id_of(name: str) -> UUID:
    """Return the id that the generator gave a name."""
    return UUID(md5(name.encode(), usedforsecurity=False).hexdigest())
