"""A provider for campaigns: refuses some as too fast, loses answers of some it took, and reports
late, twice and in any order.
"""

from __future__ import annotations

from tests.chaos.fake_graph import FakeGraph, serve


class CampaignGraph(FakeGraph):
    """Takes templates over, with the faults of a bad day."""

    too_fast, reset, broken, silent = 0.03, 0.01, 0.01, 0.02
    answer_seconds, receipt_seconds = (0.01, 0.08), (0.05, 3.0)

    def reported(self) -> list[list[str]]:
        """Tell everything, one thing twice, in two bodies and any order."""
        kinds = ["sent", "delivered", "delivered", "read"]
        self.chance.shuffle(kinds)
        return [kinds[:2], kinds[2:]]


if __name__ == "__main__":
    serve(CampaignGraph)
