"""Which clock a page, an answer or a file goes by: its company's."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.translation import gettext as _

# The years that people here can mean. Before them clocks had other offsets than whole minutes.
YEARS = range(2000, 2101)
# The database of zones writes no accents.
CITIES = {
    **{"Sao Paulo": "São Paulo", "Cuiaba": "Cuiabá", "Belem": "Belém", "Maceio": "Maceió"},
    **{"Santarem": "Santarém", "Araguaina": "Araguaína", "Eirunepe": "Eirunepé"},
}


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone; the installation's for a name that no longer means one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # One row with a wrong word must not stop what everybody reads.
        return ZoneInfo(timezone.get_default_timezone_name())


def zone_words() -> str:
    """Say which clock is in use, like: Horário de Rio Branco (UTC-05:00)."""
    zone = timezone.get_current_timezone()
    offset = f"{timezone.now().astimezone(zone):%z}"
    city = str(zone).rpartition("/")[2].replace("_", " ")
    return _("Horário de %(city)s (UTC%(offset)s)") % {
        "city": CITIES.get(city, city),
        "offset": f"{offset[:3]}:{offset[3:5]}",
    }
