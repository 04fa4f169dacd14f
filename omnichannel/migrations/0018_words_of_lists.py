"""The search's way to read a message, for forms that are answered with a list as well."""

from django.db import migrations

# To take a named thing out of a list is an error, and the message would not be stored.
SAID = r"""
CREATE OR REPLACE FUNCTION central_said(said text, data jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $said$
DECLARE
    tapped jsonb := data['interactive'];
BEGIN
    IF NOT data ?| ARRAY['interactive', 'location', 'contacts', 'order', 'referral'] THEN
        RETURN said;
    END IF;
    IF jsonb_typeof(tapped) = 'object' THEN
        tapped := tapped - 'id' - 'type';
        IF jsonb_typeof(tapped['response']) = 'object' THEN
            tapped := tapped #- '{response,flow_token}';
        END IF;
    END IF;
    RETURN said || ' ' || coalesce((
        SELECT string_agg(part #>> '{}', ' ') FROM (
            SELECT jsonb_path_query(
                tapped, 'strict $.** ? (@.type() == "string" || @.type() == "number")', '{}', true
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
    dependencies = [("omnichannel", "0017_words_known")]

    operations = [migrations.RunSQL(SAID, migrations.RunSQL.noop)]
