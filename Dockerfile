# One image for web, workers and beat; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FACTCHECK_DATA=/data FACTCHECK_BIND=0.0.0.0
WORKDIR /app

# What not every installation needs: --build-arg EXTRAS="s3", each a file requirements-NAME.txt.
ARG EXTRAS=""
COPY requirements*.txt constraints.txt ./
RUN for name in "" $EXTRAS; do \
        pip install --no-cache-dir -r "requirements${name:+-$name}.txt" -c constraints.txt || exit 1; \
    done

RUN useradd --system --uid 10001 --user-group --home-dir /data factcheck \
    && install -d -o factcheck -g factcheck -m 0700 /data
COPY manage.py gunicorn.conf.py ./
COPY factcheck factcheck
COPY labeling labeling
COPY ml ml

USER 10001
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "-c", "gunicorn.conf.py", "factcheck.wsgi"]
