"""A stand-in for Kubeflow Pipelines, whose clock the tests set.

Requests and answers go through kfp_server_api's own models. Schedules
fire as in backend/src/crd/controller/scheduledworkflow/util of kubeflow/pipelines: the
next time is searched from the last time fired, or else from the start, or else from
the creation. Without catch-up the newest time that is due replaces all before it, and
a periodic schedule fires at once for it. Its health is that of the image of 2.17.0
(backend/src/apiserver/main.go, .github/workflows/build-and-push.yml).

Runs follow backend/src/apiserver of 2.17: `error` is not that of the run
(server/api_converter.go, toApiRun). Terminating a run only changes its state until Argo
reports the end, which is FAILED (storage/run_store.go, TerminateRun and UpdateRun;
resource/resource_manager.go, ReportWorkflowResource). Version v1beta1 has the workflow.
Logs are text, and their errors have status 200 (server/run_log_server.go). Artifacts of
Argo are found by the id of a node (server/run_artifact_server.go). Empty values are
sent as "" (common.CustomMarshaler).
"""

import base64
import email
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import kfp_server_api as api

from newsdesk.config import cron
from tests.support.kfp import workflows

_CONVERTER = api.ApiClient(api.Configuration())
_MODELS = {
    "experiments": api.V2beta1Experiment,
    "pipelines": api.V2beta1Pipeline,
    "recurringruns": api.V2beta1RecurringRun,
    "runs": api.V2beta1Run,
}
_LISTED = {
    "experiments": "experiments",
    "pipelines": "pipelines",
    "recurringruns": "recurringRuns",
    "runs": "runs",
    "versions": "pipeline_versions",
}
_IDS = {
    "experiments": "experiment_id",
    "pipelines": "pipeline_id",
    "recurringruns": "recurring_run_id",
    "runs": "run_id",
    "versions": "pipeline_version_id",
}


class Refused(Exception):
    """An error that the server sends as its response."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Server:
    """The state of the cluster.

    Attributes:
        now: the time on the clock.
        zone: the time zone of the controller.
        replaces_macros: whether runs get [[ScheduledTime]] replaced.
        token: the token that requests must have; "" for none.
        refusals: by "METHOD path", the error for the next such request.
        changes: by kind, a change of new entries before they are stored.
        requests: the requests so far, as "METHOD path".
        entries: the stored entries, by kind and id.
        workflows: Argo's workflows, by the id of the run.
        logs: the logs of pods, by name.
        archived: the logs that Argo archived, by the id of the node.
        fired: the last time for which each schedule has fired.
        page: the largest number of entries in one page of a list.
        health: the response of healthz.
        host: the address of the server.
    """

    now: datetime
    zone: ZoneInfo = ZoneInfo("UTC")
    replaces_macros: bool = True
    token: str = ""
    refusals: dict[str, Refused] = field(default_factory=dict)
    changes: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    entries: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {kind: {} for kind in _IDS}
    )
    workflows: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    archived: dict[str, str] = field(default_factory=dict)
    fired: dict[str, datetime] = field(default_factory=dict)
    page: int = 20
    health: dict[str, Any] = field(
        default_factory=lambda: {
            "commit_sha": "4a3592cb2dd0a91a4652ab93893ec8beda1f3158",
            "tag_name": "2.17.0",
            "multi_user": False,
            "pipeline_store": "database",
        }
    )
    host: str = ""

    def of(self, kind: str) -> list[Any]:
        """Lists the entries of a kind."""
        return list(self.entries[kind].values())

    def add(self, kind: str, entry: Any) -> Any:
        """Stores a new entry under a new id."""
        number = str(uuid.uuid4())
        setattr(entry, _IDS[kind], number)
        entry.created_at = self.now
        if change := self.changes.get(kind):
            change(entry)
        self.entries[kind][number] = entry
        return entry

    def tick(self) -> list[Any]:
        """Runs the controller once for every schedule; gives the runs it started."""
        begun = []
        for recurring in self.of("recurringruns"):
            while recurring.mode == "ENABLE" and self._has_room(recurring):
                due = self._due(recurring)
                if due is None or due > self.now:
                    break
                self.fired[recurring.recurring_run_id] = due
                begun.append(self.begin(recurring, due))
        return begun

    def begin(self, recurring: Any, due: datetime) -> Any:
        """Starts a run of a schedule."""
        parameters = {
            name: text.replace("[[ScheduledTime]]", due.strftime("%Y%m%d%H%M%S"))
            if self.replaces_macros
            else text
            for name, text in recurring.runtime_config.parameters.items()
        }
        run = api.V2beta1Run(
            experiment_id=recurring.experiment_id,
            display_name=recurring.display_name,
            pipeline_version_reference=recurring.pipeline_version_reference,
            runtime_config=api.V2beta1RuntimeConfig(parameters=parameters),
            recurring_run_id=recurring.recurring_run_id,
            scheduled_at=due,
        )
        _turn(run, "RUNNING", self.now)
        return self.add("runs", run)

    def end(self, run: Any, state: str, workflow: Any = None, log: str = "") -> None:
        """Ends a run, with a log of its Pusher."""
        _turn(run, state, self.now)
        run.finished_at = self.now
        if workflow is None and log:
            workflow = workflows.workflow({"pusher": ("Succeeded", "")})
        if workflow:
            self.workflows[run.run_id] = json.dumps(workflow)
        if log:
            # One log for each run, although all these workflows have the same name.
            self.logs[f"{run.run_id}/{workflows.pod_name('pusher')}"] = log

    def _has_room(self, recurring: Any) -> bool:
        running = [
            run
            for run in self.of("runs")
            if run.recurring_run_id == recurring.recurring_run_id
            and run.state == "RUNNING"
        ]
        return len(running) < int(recurring.max_concurrency)

    def _due(self, recurring: Any) -> datetime | None:
        planned = recurring.trigger.cron_schedule or recurring.trigger.periodic_schedule
        start, end = planned.start_time, planned.end_time
        last = self.fired.get(recurring.recurring_run_id)
        last = last or start or recurring.created_at
        if recurring.trigger.periodic_schedule:
            length = timedelta(seconds=int(planned.interval_second))
            due = last + length
            late = recurring.no_catchup and self.now >= due + length
            due = min(self.now, end or self.now) if late else due
        else:
            expression = cron.parse(planned.cron)
            first = expression.after(max(last, start or last), self.zone)
            if first is None:
                return None
            newest = expression.until(min(self.now, end or self.now), self.zone)
            due = max(first, newest or first) if recurring.no_catchup else first
        return None if end and due > end else due

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """Gives the response to a request."""
        if found := re.fullmatch(r"/apis/v1beta1/runs/([^/]+)", path):
            return self._with_workflow(found[1])
        if found := re.fullmatch(r"/apis/v1alpha1/runs/(.+)/nodes/(.+)/log", path):
            return self._log(*found.groups())
        words = path.removeprefix("/apis/v2beta1/").split("/")
        if words == ["healthz"]:
            return self.health
        if words[0] == "pipelines" and words[1:2] == ["upload"]:
            return self._uploaded(query, body)
        if words[0] == "pipelines" and words[1:2] == ["upload_version"]:
            return self._version_uploaded(query, body)
        if words[0] == "pipelines" and words[2:] == ["versions"]:
            return self._list("versions", query | {"pipeline_id": words[1]})
        if words[0] == "runs" and words[2:3] == ["nodes"]:
            assert words[4:] == ["artifacts", "main-logs:read"]
            if words[3] not in self.archived:
                raise Refused(404, "artifact not found")
            data = base64.b64encode(self.archived[words[3]].encode()).decode()
            return {"data": data}
        kind = words[0]
        if len(words) == 1:
            return (
                self._made(kind, body) if method == "POST" else self._list(kind, query)
            )
        number, _, verb = words[1].partition(":")
        if number not in self.entries[kind]:
            raise Refused(404, f"{kind} {number} not found")
        entry = self.entries[kind][number]
        if method == "DELETE":
            del self.entries[kind][number]
            return {}
        if verb == "terminate":
            self._terminate(entry)
            return {}
        if verb:
            _switch(entry, verb)
            return {}
        return entry

    def _terminate(self, run: Any) -> None:
        if run.state not in ("PAUSED", "PENDING", "RUNNING", None):
            raise Refused(400, f"Failed to terminate a run {run.run_id}. Row not found")
        _turn(run, "CANCELING", self.now)

    def _with_workflow(self, number: str) -> Any:
        if number not in self.entries["runs"]:
            raise Refused(404, f"Run {number} not found")
        text = self.workflows.get(number)
        runtime = {"pipeline_manifest": "", "workflow_manifest": text or ""}
        return {"run": {"id": number}, "pipeline_runtime": runtime}

    def _log(self, run: str, pod: str) -> str:
        for name in (f"{run}/{pod}", pod):
            if name in self.logs:
                return self.logs[name]
        said = f"Failed to read logs from pod {pod} due to error opening log stream"
        return json.dumps({"error_message": said, "error_details": said})

    def _made(self, kind: str, body: Any) -> Any:
        model = _MODELS[kind]
        if unknown := set(body) - set(model.attribute_map.values()):
            raise Refused(400, f"unknown field {sorted(unknown)}")
        entry = _read(body, model)
        if kind == "recurringruns":
            _check(entry)
            _switch(entry, "enable" if entry.mode == "ENABLE" else "disable")
        if kind == "runs":
            entry.finished_at, entry.recurring_run_id = _epoch(), ""
            _turn(entry, "RUNNING", self.now)
        return self.add(kind, entry)

    def _uploaded(self, query: dict[str, str], body: bytes) -> Any:
        if any(one.display_name == query["name"] for one in self.of("pipelines")):
            raise Refused(409, "the name is taken")
        pipeline = self.add(
            "pipelines", api.V2beta1Pipeline(display_name=query["name"])
        )
        self._version_uploaded(
            {"name": query["name"], "pipelineid": pipeline.pipeline_id}, body
        )
        return pipeline

    def _version_uploaded(self, query: dict[str, str], body: bytes) -> Any:
        version = api.V2beta1PipelineVersion(
            pipeline_id=query["pipelineid"],
            display_name=query["name"],
            pipeline_spec={"content": body.decode()},
        )
        return self.add("versions", version)

    def _list(self, kind: str, query: dict[str, str]) -> Any:
        found = self.of(kind)
        for name in ("experiment_id", "pipeline_id"):
            if name in query:
                found = [one for one in found if getattr(one, name) == query[name]]
        if query.get("filter"):
            (predicate,) = json.loads(query["filter"])["predicates"]
            assert predicate["key"] == "display_name"
            assert predicate["operation"] in (1, "EQUALS")
            found = [
                one for one in found if one.display_name == predicate["stringValue"]
            ]
        if query.get("sort_by"):
            assert query["sort_by"] == "created_at desc"
            found = found[::-1]
        first = int(query.get("page_token") or 0)
        last = first + min(self.page, int(query.get("page_size") or self.page))
        token = str(last) if last < len(found) else ""
        return {_LISTED[kind]: found[first:last], "next_page_token": token}


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Serves the API on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            url = urlsplit(self.path)
            query = {name: words[-1] for name, words in parse_qs(url.query).items()}
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = f"{self.command} {url.path.removeprefix('/apis/v2beta1')}"
            server.requests.append(asked)
            try:
                code, answer = 200, self._answered(asked, url.path, query, content)
            except Refused as refused:
                code, answer = refused.code, {"code": 2, "message": str(refused)}
            text = isinstance(answer, str)
            plain = _CONVERTER.sanitize_for_serialization(answer)
            sent = (answer if text else json.dumps(plain)).encode()
            self.send_response(code)
            kind = "text/plain" if text else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def _answered(
            self, asked: str, path: str, query: dict[str, str], content: bytes
        ) -> Any:
            carried = self.headers.get("authorization", "")
            if server.token and carried != f"Bearer {server.token}":
                raise Refused(401, "Unauthenticated")
            if refused := _taken(server.refusals, asked):
                raise refused
            kind = self.headers.get("Content-Type", "")
            body: Any = _file_in(kind, content) if "multipart" in kind else None
            if content and body is None:
                body = json.loads(content)
            return server.answer(self.command, path, query, body)

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, format: str, *words: Any) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    server.host = f"http://127.0.0.1:{listener.server_port}"
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def _taken(refusals: dict[str, Refused], asked: str) -> Refused | None:
    """Takes the error for a request, which is sent once."""
    place = next((place for place in refusals if re.fullmatch(place, asked)), None)
    return refusals.pop(place) if place else None


def _read(body: Any, model: type) -> Any:
    class Answer:
        data = json.dumps(body)

    return _CONVERTER.deserialize(Answer(), model)


def _file_in(kind: str, content: bytes) -> bytes:
    """The file of an upload."""
    message = email.message_from_bytes(
        b"Content-Type: " + kind.encode() + b"\n\n" + content
    )
    (part,) = message.get_payload()
    payload: bytes = part.get_payload(decode=True)
    return payload


def _check(recurring: Any) -> None:
    """Refuses what Pipelines refuses."""
    planned = recurring.trigger.cron_schedule
    if planned:
        try:
            cron.parse(planned.cron)
        except ValueError as error:
            raise Refused(400, f"invalid cron: {error}") from None
    if not 1 <= int(recurring.max_concurrency) <= 10:
        raise Refused(400, "invalid max concurrency")


def _turn(run: Any, state: str, now: datetime) -> None:
    """Changes the state of a run, and adds it to the run's history."""
    run.state = state
    status = api.V2beta1RuntimeStatus(state=state, update_time=now)
    run.state_history = [*(run.state_history or []), status]


def _switch(recurring: Any, verb: str) -> None:
    recurring.mode = verb.upper()
    recurring.status = f"{verb.upper()}D"


def _epoch() -> datetime:
    return datetime.fromtimestamp(0, timezone.utc)
