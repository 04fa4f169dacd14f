"""One way to compare words, and the search box's indexes made with it.

The function uses nothing but immutable parts of PostgreSQL itself: `unaccent` reads a dictionary
that may change below an index, and PostgreSQL maintains indexes with a search path in which an
extension's functions are not found.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

import common.folding

FOLD = r"""
CREATE OR REPLACE FUNCTION central_fold(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 400 AS $fold$
DECLARE
    plain text := regexp_replace(written, E'[''\u2018\u2019\u02bc\u2032\u00b4`]', '', 'g');
BEGIN
    -- Most texts that hold other letters hold only accents, and most hold neither.
    IF octet_length(plain) <> length(plain) THEN
        plain := regexp_replace(
            normalize(plain, NFKD),
            E'[''\u2018\u2019\u02bc\u2032\u00b4`\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e'
            '\u2060-\u2064\ufe00-\ufe0f\ufeff]',
            '', 'g'
        );
        IF octet_length(plain) <> length(plain) THEN
            plain := translate(plain, 'øØłŁđĐı', 'oOlLdDi');
            plain := replace(replace(plain, 'ß', 'ss'), 'ẞ', 'ss');
            plain := replace(replace(plain, 'æ', 'ae'), 'Æ', 'ae');
            plain := replace(replace(plain, 'œ', 'oe'), 'Œ', 'oe');
        END IF;
    END IF;
    RETURN ' ' || btrim(lower(regexp_replace(
        plain,
        E'[\u0001-/:-@\\[-\\^_{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf'
        '\u2000-\u206f\u3000-\u303f]+',
        ' ', 'g'
    )));
END
$fold$
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0012_import_words")]

    operations = [
        migrations.RunSQL(FOLD, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    common.folding.Fold(common.folding.Joined("name", "email")), "gin_trgm_ops"
                ),
                django.contrib.postgres.indexes.OpClass("phone", "gin_trgm_ops"),
                name="contact_words",
            ),
        ),
        AddIndexConcurrently(
            model_name="contactidentity",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    common.folding.Fold("username"), "gin_trgm_ops"
                ),
                condition=models.Q(("username", ""), _negated=True),
                name="identity_username",
            ),
        ),
        RemoveIndexConcurrently(model_name="contact", name="contact_search"),
    ]
