"""The people of the fake accounts: one page with accounts, who wrote to each, and what was said."""

from __future__ import annotations

import secrets
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulator.meta import services
from simulator.meta.models import SimAccount, SimDirect
from simulator.meta.profile import screen_of, taps_of
from simulator.samples import photo

SHOWN = 200
HEART = "❤️"


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show one person's conversation with one account; without a choice the newest."""
    return render(request, "simulator/meta/page.html", _context(request))


@require_GET
def thread(request: HttpRequest) -> HttpResponse:
    """Show the conversation again."""
    return render(request, "simulator/meta/_thread.html", _context(request))


# Other sites are kept out by the simulator's middleware.
@csrf_exempt
@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Send words, a tapped choice or a photo as the person; somebody new is given an id."""
    account = get_object_or_404(SimAccount, pk=request.POST.get("conta"))
    given = request.POST
    name, text = given.get("nome", "").strip()[:100], given.get("texto", "")
    story = given.get("story", "")
    has_photo = "foto" in given or story in ("reply", "mention")
    if not name or not (text.strip() or has_photo):
        written = {"problem": _("Escreva um nome e uma mensagem."), "typed": name, "text": text}
        context = _context(request, account) | written
        return render(request, "simulator/meta/page.html", context, status=400)
    person = given.get("pessoa") or str(10**15 + secrets.randbelow(9 * 10**15))
    if "comentar" in given:
        services.person_comments(
            account=account,
            person=person,
            name=name,
            text=text,
            is_boosted=given["comentar"] == "anuncio",
        )
        return _back(account, person)
    services.person_writes(
        account=account,
        person=person,
        name=name,
        text="" if has_photo and story != "reply" else text,
        quotes=given.get("cita", ""),
        payload=given.get("opcao", ""),
        photo=_photo(request, story) if has_photo else None,
    )
    return _back(account, person)


def _photo(request: HttpRequest, story: str) -> services.SentPhoto:
    return services.SentPhoto(
        photo(secrets.randbelow(360)),
        lambda mid: request.build_absolute_uri(reverse("simulator_direct_file", args=[mid])),
        story,
    )


@csrf_exempt
@require_POST
def tap(request: HttpRequest) -> HttpResponse:
    """Tap something of the start screen, as it is shown now; somebody new is given an id."""
    account = get_object_or_404(SimAccount, pk=request.POST.get("conta"))
    wanted = request.POST.get("toque", "")
    found = next((one for one in taps_of(account) if one["payload"] == wanted), None)
    if found is None:
        return HttpResponseBadRequest("toque")
    person = request.POST.get("pessoa") or str(10**15 + secrets.randbelow(9 * 10**15))
    name = request.POST.get("nome", "").strip()[:100] or _("Paciente novo")
    title, payload = str(found["title"]), str(found["payload"])
    services.person_taps(account=account, person=person, name=name, title=title, payload=payload)
    return _back(account, person)


@csrf_exempt
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Read, react, take back, or write as the clinic in the platform's own app."""
    account = get_object_or_404(SimAccount, pk=request.POST.get("conta"))
    person, what = request.POST.get("pessoa", ""), request.POST.get("acao", "")
    rows = SimDirect.objects.filter(account=account, person=person)
    row = rows.filter(external_id=request.POST.get("mensagem", "")).first()
    match what:
        case "ler":
            services.person_reads(account, person)
        case "clinica" if text := request.POST.get("texto", "").strip():
            services.staff_writes(account, person, text)
        case "reagir" if row:
            services.person_reacts(row, "" if row.reaction else HEART)
        case "apagar" if row and row.is_inbound:
            services.person_unsends(row)
        case _:
            return HttpResponseBadRequest("acao")
    return _back(account, person)


@csrf_exempt
@require_POST
def switches(request: HttpRequest) -> HttpResponse:
    """Say when echoes come, whether anybody hears, and what goes wrong with the next message."""
    account = get_object_or_404(SimAccount, pk=request.POST.get("conta"))
    echo, fault = request.POST.get("eco", ""), request.POST.get("falha", "")
    if echo not in SimAccount.Echo.values or fault not in SimAccount.Fault.values:
        return HttpResponseBadRequest("falha")
    account.echo, account.fault = echo, fault
    account.is_subscribed = "assinada" in request.POST
    account.is_deaf, account.is_held = "surda" in request.POST, "outra" in request.POST
    if ("vencido" in request.POST) != account.has_token_ended():
        account.token_ends_at = timezone.now() if "vencido" in request.POST else None
    changed = ("echo", "fault", "is_subscribed", "is_deaf", "is_held", "token_ends_at")
    account.save(update_fields=[*changed, "updated_at"])
    return _back(account, request.POST.get("pessoa", ""))


def _back(account: SimAccount, person: str) -> HttpResponse:
    query = urlencode({"conta": str(account.pk), "pessoa": person})
    return redirect(f"{reverse('simulator_direct')}?{query}")


def _context(request: HttpRequest, account: SimAccount | None = None) -> dict[str, Any]:
    accounts = list(SimAccount.objects.all())
    asked = request.GET.get("conta", "")
    account = account or next(
        (one for one in accounts if str(one.pk) == asked), accounts[0] if accounts else None
    )
    own = SimDirect.objects.filter(account=account)
    rows = (
        own.filter(is_inbound=True)
        .values("person")
        .annotate(last=Max("created_at"), name=Max("person_name"))
    )
    people = [(row["person"], row["name"]) for row in rows.order_by("-last")]
    person = request.GET.get("pessoa", "")
    if not person and people and "nova" not in request.GET:
        person = people[0][0]
    directs = own.filter(person=person).order_by("-created_at", "-id")[:SHOWN]
    return {
        "screen": screen_of(account) if account else {},
        "accounts": accounts,
        "account": account,
        "people": people,
        "person": person,
        "name": dict(people).get(person, ""),
        "shown": account.shown.get(person, {}) if account else {},
        "directs": list(reversed(directs)),
        "echoes": SimAccount.Echo.choices,
        "faults": SimAccount.Fault.choices,
    }
