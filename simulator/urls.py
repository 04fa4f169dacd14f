"""Every address of the simulator's own process: the fake providers, the control API and the pages
of patients.
"""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("sms/", include("simulator.sms.urls")),
    path("ia/", include("simulator.vendors.urls")),
    path("site/", include("simulator.site.urls")),
    path("mail/", include("simulator.mail.urls")),
    path("direct/", include("simulator.meta.urls")),
    path("", include("simulator.whatsapp.graph.urls")),
    path("control/", include("simulator.whatsapp.control.urls")),
    path("", include("simulator.whatsapp.phone.urls")),
]
