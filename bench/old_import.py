"""How fast old tables are brought along, beside a bare COPY of the same rows.

`python -m bench.old_import 100000` makes an old database of so many messages on the server of
DATABASE_URL, imports it, copies what was stored into an empty table with the same indexes, and says
rows per second of both. The copy is of the rows as they ended, so both write the same bytes.
"""

from __future__ import annotations

import os
import sys
import time

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> None:
    """Measure."""
    django.setup()
    from django.db import connection

    from accounts.models import Company
    from common.scoping import company_scope
    from config.old_source import OldSource
    from config.old_tables import OldImport
    from tests import make
    from tests.old_database import COMPANY, old_database_drop, old_database_make

    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    account = f"9{time.time_ns()}"[:15]
    company = Company.objects.create(name=f"Medida {account}")
    make.channel(company, account_id=account, waba_id=account)
    given = connection.get_connection_params()
    parts = {key: given[key] for key in ("user", "password", "host", "port") if given.get(key)}
    admin = psycopg.conninfo.make_conninfo(dbname="postgres", **parts)
    old = old_database_make(admin, "old_bench", messages=size, account=account)
    source = OldSource(old.address, COMPANY)
    try:
        with company_scope(company):
            began = time.perf_counter()
            OldImport(source, company)._people()
            people = time.perf_counter() - began
            began = time.perf_counter()
            report = OldImport(source, company).run()
            took = time.perf_counter() - began
    finally:
        source.close()
        old_database_drop(admin, old.name)
    bare = copied(connection, company.pk)
    print(f"agrees: {report.agrees}; people {people:.1f} s")
    print(f"messages: {size / took:,.0f} rows/s with conversations and comparing, {took:.1f} s")
    print(f"bare COPY of the same messages: {size / bare:,.0f} rows/s, {bare:.1f} s")
    print(f"share of COPY: {bare / took:.2f}")


def copied(connection: object, company: object) -> float:
    """Return the seconds that a bare COPY of a company's messages takes."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("CREATE TEMP TABLE bare (LIKE omnichannel_message INCLUDING ALL)")
        with cursor.cursor.copy(
            f"COPY (SELECT * FROM omnichannel_message WHERE company_id = '{company}') TO STDOUT"
        ) as out:
            data = b"".join(bytes(part) for part in out)
        began = time.perf_counter()
        with cursor.cursor.copy("COPY bare FROM STDIN") as into:
            into.write(data)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
