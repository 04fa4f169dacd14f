"""Bells of people: what is due is in the database."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import Company
from common.tasks import apart, company_apart, company_task
from contacts import bells
from contacts.imports import forgetting, running
from contacts.models import ContactMerge, DuplicatePair
from contacts.retention import retention_run
from contacts.services.duplicates import duplicates_scan, visitor_join
from contacts.services.merging import MERGES_SETTLE_FOR, merge_settle


@company_task(bells.MERGE_SETTLE)
def settle(company_id: str, merge_id: str) -> None:
    """Move what came late to a record that was merged."""
    merge_settle(merge=ContactMerge.objects.get(pk=merge_id))


@company_task(bells.VISITOR_JOIN)
def join(company_id: str, pair_id: str) -> None:
    """Make a visitor part of the person they are proven to be, if nothing is lost by it."""
    pair = DuplicatePair.objects.select_related("first", "second").filter(pk=pair_id).first()
    if pair is not None:
        visitor_join(pair=pair)


@shared_task(name="contacts.tasks.merges_sweep")
def merges_sweep() -> None:
    """Settle young merges whose bell was lost."""
    # The sweep over companies; a merge knows its own.
    young = ContactMerge.unscoped.filter(created_at__gte=timezone.now() - MERGES_SETTLE_FOR)
    for merge in young.filter(undone_at=None):
        with apart("merge", merge.pk):
            merge_settle(merge=merge)


@shared_task(name="contacts.tasks.duplicates_sweep")
def duplicates_sweep() -> None:
    """Look for records that may be one person, company by company."""
    for company_id in Company.objects.values_list("pk", flat=True):
        with company_apart("duplicates", company_id):
            duplicates_scan(company=company_id)


@shared_task(name="contacts.tasks.retention")
def retention() -> None:
    """Delete what companies keep no longer."""
    retention_run()


@company_task(bells.IMPORT_RUN)
def import_run(company_id: str, job_id: str) -> None:
    """Bring people of a file in, for a while."""
    running.import_run(company_id=company_id, job_id=job_id)


@shared_task(name="contacts.tasks.imports_sweep")
def imports_sweep() -> None:
    """Ring for imports that no living worker is at."""
    running.imports_sweep()


@shared_task(name="contacts.tasks.imports_purge")
def imports_purge() -> None:
    """Delete the files of imports that ended long ago."""
    forgetting.imports_purge()
