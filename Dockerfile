# Unverified: no container engine was at hand when this was written.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 REGULARS_DATA_DIR=/data
WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY regulars regulars
RUN pip install --no-cache-dir --no-deps . && useradd --create-home regulars && mkdir /data && chown regulars /data
USER regulars
VOLUME /data
EXPOSE 8000
CMD ["regulars", "serve", "--host", "0.0.0.0"]
