"""Learn anew in which directions questions differ that ask the same, from the written examples."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bot.knowledge import embedding, projecting
from bot.starter import STARTER
from bot.texts import spelled


class Command(BaseCommand):
    """Run it after examples were added; the table is committed with them."""

    # It asks no database and no provider.
    requires_system_checks = ()
    help = "Aprende de novo, pelos exemplos escritos, em que perguntas iguais diferem."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the table."""
        if not embedding.is_available():
            raise CommandError("O modelo embutido não está instalado.")
        groups = {one.label: [one.question, *one.aliases] for one in STARTER}
        for topic, texts in projecting.ways().items():
            groups.setdefault(topic, []).extend(texts)
        vectors = [embedding.embed([spelled(one) for one in texts]) for texts in groups.values()]
        strange = embedding.embed([spelled(one) for one in projecting.strange()])
        projecting.write(projecting.learn(vectors, strange))
        self.stdout.write(f"{sum(map(len, vectors))} exemplos, {len(strange)} estranhos")
