"""Two queues, three people, and a month in which things happen."""

from __future__ import annotations

from tests.api.conftest import api, fresh_cache, quick_passwords  # noqa: F401
from tests.queues.conftest import _silent, arrive, queue  # noqa: F401
