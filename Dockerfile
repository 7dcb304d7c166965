# One image for every way of running Gần Dân: `gandan serve` (web), `gandan worker`, …
# Needs no package of the system, runs as a fixed user, and writes only below /data and /tmp:
#   docker build -t gandan . && docker run --read-only --tmpfs /tmp -v gandan:/data -p 127.0.0.1:8000:8000 gandan
# tests/deploy/ runs these very steps in a clean root file system.

# Python 3.11, because its SQLite comes from Debian 12: newer Pythons on that library cannot run the durable engine.
FROM python:3.11-slim-bookworm AS build

RUN python3 -m venv /opt/venv
WORKDIR /build
COPY requirements.lock ./
RUN /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
# The command is written here instead of installing the project: a build backend would be the only thing without a hash.
RUN printf '#!/opt/venv/bin/python\nimport sys\nfrom app.cli import main\nsys.exit(main())\n' > /opt/venv/bin/gandan \
 && chmod 755 /opt/venv/bin/gandan


FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="Gần Dân" \
      org.opencontainers.image.licenses="Apache-2.0"

# A fixed number, so that a volume keeps its owner when the image is rebuilt. /data before VOLUME: new volumes copy its owner.
RUN groupadd --gid 10001 gandan \
 && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin gandan \
 && install -d -o 10001 -g 10001 -m 0700 /data

COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/gandan
COPY procedures/ procedures/
COPY migrations/ migrations/
COPY bots/ bots/
COPY app/ app/
# Bytecode now: at run time the root file system is read-only. Unchecked: the files never change inside an image.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash app bots migrations

ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONPATH=/srv/gandan \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    GANDAN_DATA_DIR=/data \
    GANDAN_PROCEDURES_DIR=/srv/gandan/procedures \
    GANDAN_HOST=0.0.0.0 \
    GANDAN_PORT=8000

VOLUME /data
EXPOSE 8000
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["gandan", "healthcheck"]
ENTRYPOINT ["gandan"]
CMD ["serve"]
