"""The beam section for each engine on a cluster."""

from typing import Any

RUNNERS: dict[str, dict[str, Any]] = {
    "flink": {
        "runner": "flink",
        "job_endpoint": "newsdesk-beam-jobs.newsdesk:8099",
        "environment": "external",
        "worker_address": "localhost:50000",
        "workers": 4,
    },
    "spark": {
        "runner": "spark",
        "job_endpoint": "spark-jobs:8099",
        "environment": "docker",
        "image": "registry.example/newsdesk-worker:0.1.0",
        "options": ["--spark_version=3"],
    },
    "dataflow": {
        "runner": "dataflow",
        "project": "news",
        "region": "europe-west1",
        "temp_location": "gs://news/temp",
        "image": "registry.example/newsdesk-worker:0.1.0",
        "service_account": "beam@news.iam.gserviceaccount.com",
        "workers": 8,
    },
}
