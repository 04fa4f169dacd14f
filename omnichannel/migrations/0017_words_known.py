"""How common words are: without figures of an expression the planner takes each word for common, and
reads everything in search of a rare one.
"""

from django.db import migrations

KNOW = """
ALTER INDEX message_words ALTER COLUMN 1 SET STATISTICS 500;
ALTER INDEX contact_words ALTER COLUMN 1 SET STATISTICS 500;
"""
FORGET = """
ALTER INDEX message_words ALTER COLUMN 1 SET STATISTICS -1;
ALTER INDEX contact_words ALTER COLUMN 1 SET STATISTICS -1;
"""


class Migration(migrations.Migration):
    # Each statement by itself: figures of a big table take a while.
    atomic = False

    dependencies = [("omnichannel", "0016_unsent_index")]

    operations = [
        migrations.RunSQL(KNOW, FORGET),
        migrations.RunSQL("ANALYZE omnichannel_message", migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE omnichannel_attachment", migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE contacts_contact", migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE contacts_contactidentity", migrations.RunSQL.noop),
    ]
