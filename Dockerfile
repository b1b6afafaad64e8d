# The app by itself; docs/operate.md, "In a container", has the lines that build and start it.
FROM python:3.11.13-slim-bookworm

WORKDIR /app
# It need not be root, and writes into these folders alone, and what passes into /tmp.
RUN useradd --create-home --uid 10001 app && mkdir -p /models data && chown app /models data

# The packages change more seldom than the code.
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt -c constraints.txt

COPY app.py ./
COPY .streamlit .streamlit
COPY cnn cnn
COPY pages pages
COPY models/shipped models/shipped

USER app
# The shipped model stays with the code: a folder of the host that is laid over /models hides nothing. What
# lies there, unfinished trainings too, outlives the container.
ENV CNN_MODELS_DIR=/models CNN_WORK_DIR=/models/.trainings CNN_LOGS_DIR=/tmp/logs
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# Docker stops this process, which ends all others.
CMD ["streamlit", "run", "app.py", "--server.port", "8501"]
