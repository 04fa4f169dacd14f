"""The search box's indexes of what messages say, by contacts' way to compare words."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

import common.folding
import omnichannel.words

SAID = r"""
CREATE OR REPLACE FUNCTION central_said(said text, data jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $said$
BEGIN
    IF NOT data ?| ARRAY['interactive', 'location', 'contacts', 'order', 'referral'] THEN
        RETURN said;
    END IF;
    RETURN said || ' ' || coalesce((
        SELECT string_agg(part #>> '{}', ' ') FROM (
            SELECT jsonb_path_query(
                data['interactive'] #- '{response,flow_token}' #- '{id}' #- '{type}',
                'strict $.** ? (@.type() == "string" || @.type() == "number")', '{}', true
            )
            UNION ALL
            SELECT jsonb_path_query(
                jsonb_build_array(
                    data['location']['name'], data['location']['address'], data['contacts'],
                    data['order'], data['referral']['headline'], data['referral']['body']
                ),
                'strict $.** ? (@.type() == "string")', '{}', true
            )
        ) parts(part)
    ), '');
END
$said$
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0006_about_index"), ("contacts", "0013_words")]

    operations = [
        migrations.RunSQL(SAID, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    common.folding.Fold(omnichannel.words.Said("text", "metadata")),
                    "gin_trgm_ops",
                ),
                name="message_words",
            ),
        ),
        AddIndexConcurrently(
            model_name="attachment",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    common.folding.Fold("filename"), "gin_trgm_ops"
                ),
                condition=models.Q(("filename", ""), _negated=True),
                name="attachment_words",
            ),
        ),
        RemoveIndexConcurrently(model_name="message", name="message_search"),
    ]
