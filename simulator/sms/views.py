"""The patients' SMS: one page with the lines, the numbers on each, and the texts in their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from common import phones
from simulator.sms.models import SimSms, SimSmsLine
from simulator.sms.parts import parts_of
from simulator.sms.services import text_write

SHOWN = 200


@dataclass(frozen=True, slots=True)
class SmsBubble:
    """A text as the phone received it; a file alone has no parts."""

    sms: SimSms

    @property
    def parts(self) -> list[str]:
        """Return the text in its parts."""
        return parts_of(self.sms.text) if self.sms.text else []


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show one patient's texts on one line; without a choice the newest."""
    return render(request, "simulator/sms/page.html", _context(request))


@require_GET
def thread(request: HttpRequest) -> HttpResponse:
    """Show the texts again."""
    return render(request, "simulator/sms/_thread.html", _context(request))


# Other sites are kept out by the simulator's middleware.
@csrf_exempt
@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Send a text as the patient."""
    line = get_object_or_404(SimSmsLine, pk=request.POST.get("linha"))
    number = phones.canonical(request.POST.get("numero", ""))
    text = request.POST.get("texto", "")
    sample = request.POST.get("arquivo", "")
    if sample not in SimSms.Sample.values or not line.has_files:
        sample = ""
    if number is None or not (text.strip() or sample):
        said = _("Escreva um número com DDD e uma mensagem.")
        written = {"problem": said, "typed": request.POST.get("numero", ""), "text": text}
        return render(
            request, "simulator/sms/page.html", _context(request, line) | written, status=400
        )
    text_write(line=line, phone=number, text=text, sample=sample)
    return _back(line, number)


@csrf_exempt
@require_POST
def fault(request: HttpRequest) -> HttpResponse:
    """Say what goes wrong with the line's next text."""
    line = get_object_or_404(SimSmsLine, pk=request.POST.get("linha"))
    chosen = request.POST.get("falha", "")
    if chosen not in SimSmsLine.Fault.values:
        return HttpResponseBadRequest("falha")
    line.fault = chosen
    line.save(update_fields=["fault", "updated_at"])
    return _back(line, request.POST.get("numero", ""))


def _back(line: SimSmsLine, number: str) -> HttpResponse:
    query = urlencode({"linha": str(line.pk), "numero": number.lstrip("+")})
    return redirect(f"{reverse('simulator_sms')}?{query}")


def _context(request: HttpRequest, line: SimSmsLine | None = None) -> dict[str, Any]:
    lines = list(SimSmsLine.objects.all())
    asked = request.GET.get("linha", "")
    line = line or next((one for one in lines if str(one.pk) == asked), lines[0] if lines else None)
    rows = SimSms.objects.filter(line=line).values("phone").annotate(last=Max("created_at"))
    numbers = [row["phone"] for row in rows.order_by("-last")]
    number = request.GET.get("numero", "").lstrip("+") or (numbers[0] if numbers else "")
    texts = SimSms.objects.filter(line=line, phone=number).order_by("-created_at", "-id")[:SHOWN]
    return {
        "lines": lines,
        "line": line,
        "numbers": [(one, phones.display(f"+{one}")) for one in numbers],
        "number": number,
        "bubbles": [SmsBubble(sms) for sms in reversed(texts)],
        "faults": SimSmsLine.Fault.choices,
        "samples": SimSms.Sample.choices if line and line.has_files else (),
    }
