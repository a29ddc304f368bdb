# One image for web, workers and beat; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FACTCHECK_DATA=/data FACTCHECK_BIND=0.0.0.0
WORKDIR /app

COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir -r requirements.txt -c constraints.txt

RUN useradd --system --uid 10001 --home-dir /data factcheck && install -d -o factcheck -g factcheck -m 0700 /data
COPY manage.py gunicorn.conf.py ./
COPY factcheck factcheck
COPY labeling labeling
COPY ml ml

USER factcheck
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "-c", "gunicorn.conf.py", "factcheck.wsgi"]
