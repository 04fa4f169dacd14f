"""What is new in a mail: without the mail that it answers, which programs put under or around it,
and without the signature. Nothing is lost by it: the whole stays beside the message.

Rules by lines, because every program writes its quotes in its own way and many in more than one
language. What two rules doubt stays. Pure.
"""

from __future__ import annotations

from providers.email import fold_words as words

# A line broken by a program: "Em qua., 26 de nov. de 2026, Fulano <" and "a@b> escreveu:".
MOST_BROKEN = 4
MOST_ATTRIBUTION = 500
MOST_HEADER_LINES = 12
MOST_SIGNATURE = 12
MOST_LINES = 20_000
INVISIBLE = str.maketrans({"\ufeff": None, "\u200b": None, "\u200e": None, "\xa0": " "})


def fold(text: str) -> str:
    """Return what is new in the words of a mail; all of them where nothing else would be left."""
    lines = text.translate(INVISIBLE).replace("\r\n", "\n").split("\n")[:MOST_LINES]
    kept = _unquoted(lines)
    said = _tidy(_unsigned(kept))
    return said or _tidy(kept) or _tidy(lines)


def is_quoted(line: str) -> bool:
    """Tell whether a line is marked as quoted."""
    return line.lstrip()[:1] == ">"


def _unquoted(lines: list[str]) -> list[str]:
    """Return the lines that are no quote and introduce none."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if is_quoted(line):
            at += 1
        elif words.FORWARDED.match(line):
            # Somebody else's mail that the person wants to show is what they say.
            return kept + lines[at:]
        elif _begins_original(lines, at):
            return kept
        elif (found := _attribution(lines, at)) is not None:
            begin, end, is_whole = found
            del kept[len(kept) - (at - begin) :]
            if is_whole or not _is_marked(lines, end):
                return kept
            at = end
        else:
            kept.append(line)
            at += 1
    return kept


# --- what is quoted without marks ----------------------------------------------------------------


def _begins_original(lines: list[str], at: int) -> bool:
    """Whether the mail that is answered begins here and goes on to the end."""
    line = lines[at]
    if words.ORIGINAL.match(line) or words.ABOVE.search(line):
        return True
    if words.RULE.match(line):
        following = _next(lines, at + 1)
        return following is not None and _is_header(lines, following)
    return _is_header(lines, at)


def _is_header(lines: list[str], at: int) -> bool:
    """Whether a mail's header stands here: who from, and a subject or when it was sent. "De: 10/09"
    above "Para: 15/09" is none.
    """
    names = (words.FROM, words.SUBJECT, words.SENT, words.TO)
    if not any(name.match(lines[at]) for name in names[:3]):
        return False
    has_sender = has_subject = has_moment = False
    count = misses = 0
    for place, line in enumerate(lines[at : at + MOST_HEADER_LINES]):
        if not line.strip() or is_quoted(line):
            break
        if not any(name.match(line) for name in names):
            # A long list of recipients goes on in the next line, but not for long.
            misses += 1
            if misses > 2:
                break
            continue
        count += 1
        has_sender |= words.FROM.match(line) is not None
        has_subject |= words.SUBJECT.match(line) is not None
        is_sent = words.SENT.match(line) is not None
        beside = f"{line} {lines[at + place + 1] if at + place + 1 < len(lines) else ''}"
        has_moment |= is_sent and words.DATES.search(beside) is not None
    return has_sender and count > 1 and (has_subject or has_moment)


# --- who wrote, when -----------------------------------------------------------------------------


def _attribution(lines: list[str], at: int) -> tuple[int, int, bool] | None:
    """Return where a line like "Em 26/11, Fulano <a@b> escreveu:" begins and ends that has its last
    part at a line, and whether the quote runs on behind it; None where there is none.
    """
    line = lines[at]
    if words.DATE_FIRST.match(line) or (
        words.QUOTING.match(line) and (_is_marked(lines, at + 1) or words.ADDRESSES.search(line))
    ):
        return at, at + 1, False
    if not (words.VERBS.search(line) or words.ENDS.search(line)):
        return None
    runs_on = words.RUNS_ON.search(line) is not None
    if not runs_on and not (words.ENDS.search(line) or words.ENDS_WITH_VERB.search(line)):
        return None
    # Without an address only a quote that follows tells that somebody is quoted.
    is_marked = _is_marked(lines, at + 1)
    begins = [
        begin
        for begin in range(at, max(-1, at - MOST_BROKEN), -1)
        if _is_one(lines[begin : at + 1], is_marked)
    ]
    if not begins:
        return None
    leading = (begin for begin in begins if words.LEADS.match(lines[begin]))
    begin = next(leading, None)
    if begin is None and runs_on:
        return None
    return (begins[0] if begin is None else begin), at + 1, runs_on


def _is_one(lines: list[str], is_marked: bool) -> bool:
    joined = " ".join(line.strip() for line in lines)
    if len(joined) > MOST_ATTRIBUTION and not words.RUNS_ON.search(joined):
        return False
    if any(not line.strip() or is_quoted(line) for line in lines):
        return False
    return (
        words.VERBS.search(joined) is not None
        and words.DATES.search(joined) is not None
        and (is_marked or words.ADDRESSES.search(joined) is not None)
    )


def _is_marked(lines: list[str], at: int) -> bool:
    following = _next(lines, at)
    return following is not None and is_quoted(lines[following])


def _next(lines: list[str], at: int) -> int | None:
    return next((n for n in range(at, len(lines)) if lines[n].strip()), None)


# --- signatures ----------------------------------------------------------------------------------


def _unsigned(lines: list[str]) -> list[str]:
    """Return the lines without a signature at their end, and without what a phone adds to them."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or words.DEVICE.match(lines[end - 1])):
        end -= 1
    for at in range(end - 1, max(-1, end - MOST_SIGNATURE), -1):
        if words.SIGNATURE.match(lines[at]):
            end = at
    while end and (not lines[end - 1].strip() or words.DEVICE.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _tidy(lines: list[str]) -> str:
    said: list[str] = []
    for line in lines:
        line = line.rstrip()
        if line or (said and said[-1]):
            said.append(line)
    return "\n".join(said).strip()
