"""Learn anew what words weigh, from the written examples."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from leadscoring.leaning import TABLE, examples, features
from leadscoring.spelling import bare, spelled

# Whoever weighs less than this says nothing.
LEAST = 0.05
# How freely single words may weigh, and in how many examples one must stand.
FREEDOM, OFTEN = 1.0, 2


class Command(BaseCommand):
    """Run it after examples were added; the table is committed with them. It needs scikit-learn."""

    # It asks no database and no provider.
    requires_system_checks = ()
    help = "Aprende de novo, pelos exemplos escritos, o quanto pesa cada palavra."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the table."""
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression

        wishes, others = examples("wishes"), [*examples("refusals"), *examples("others")]
        counter = CountVectorizer(analyzer=_features, min_df=OFTEN, binary=True)
        counted = counter.fit_transform([*wishes, *others])
        model = LogisticRegression(C=FREEDOM, class_weight="balanced", max_iter=1000)
        model.fit(counted, [1] * len(wishes) + [0] * len(others))
        weights = dict(zip(counter.get_feature_names_out(), model.coef_[0], strict=True))
        kept = {name: weight for name, weight in weights.items() if abs(weight) >= LEAST}
        lines = [f"{model.intercept_[0]:.2f}\t"]
        lines += [f"{kept[name]:.2f}\t{name}" for name in sorted(kept)]
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.stdout.write(f"{len(wishes) + len(others)} exemplos, {len(kept)} pesos")


def _features(text: str) -> list[str]:
    return list(features(spelled(" ".join(bare(text).split()))))
