"""The routes of the server."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsdesk.errors import first_line
from pipeline.serve import page
from pipeline.serve.in_service import InService
from pipeline.serve.limits import body_of
from pipeline.serve.loading import Loaded
from pipeline.serve.requests import RequestError, parse, tensors
from pipeline.serve.responses import call, written

_MODEL = r"/v1/models/([^/:]+)(?:/versions/([0-9]{1,19}))?"
_PREDICT = re.compile(f"{_MODEL}:predict")
_STATUS = re.compile(_MODEL)
_METADATA = re.compile(f"{_MODEL}/metadata")
_JSON = "application/json"


def application(model: InService) -> Starlette:
    """Makes the web application.

    Args:
        model: what is in service.

    Returns:
        An ASGI application.
    """
    routes = _Routes(model)
    return Starlette(
        routes=[
            Route("/", routes.page, methods=["GET", "POST"]),
            Route("/healthz", routes.health),
            Route("/v1/{rest:path}", routes.rest, methods=["GET", "POST"]),
        ],
        exception_handlers={
            HTTPException: _failed,
            RequestError: _refused,
            Exception: _broken,
        },
    )


class _Routes:
    def __init__(self, model: InService) -> None:
        self._model = model

    async def page(self, request: Request) -> Response:
        """The page with a text box; a posted text is classified."""
        text = page.text_of(await body_of(request))
        content = await self._use(
            lambda loaded: page.html(self._model.name, loaded, text)
        )
        return Response(content, media_type="text/html", headers=page.HEADERS)

    async def health(self, request: Request) -> Response:
        """Answers when the model's thread is at work."""
        version = await self._use(lambda loaded: loaded.version)
        found = {"status": "ok", "model": self._model.name, "version": version}
        return JSONResponse(found)

    async def rest(self, request: Request) -> Response:
        """TensorFlow Serving's REST interface."""
        path = request.url.path
        if request.method == "POST" and (found := _PREDICT.fullmatch(path)):
            return await self._predict(request, *found.groups())
        if request.method == "GET" and (found := _METADATA.fullmatch(path)):
            return await self._metadata(*found.groups())
        if request.method == "GET" and (found := _STATUS.fullmatch(path)):
            return self._status(*found.groups())
        raise RequestError(f"Malformed request: {request.method} {path}")

    async def _predict(
        self, request: Request, name: str, version: str | None
    ) -> Response:
        body = await body_of(request)
        content = await self._use(
            lambda loaded: self._predicted(loaded, body, name, version)
        )
        return Response(content, media_type=_JSON)

    def _predicted(
        self, loaded: Loaded, body: bytes, name: str, version: str | None
    ) -> bytes:
        self._must_be_served(loaded.version, name, version)
        asked = parse(body)
        signature = loaded.model.answerer.signatures.get(asked.signature)
        if signature is None:
            known = ", ".join(sorted(loaded.model.answerer.signatures))
            raise RequestError(
                f"the model has no signature {asked.signature!r}; it has {known}"
            )
        inputs = tensors(asked, signature.structured_input_signature[1])
        return written(_called(signature, inputs), asked.form)

    async def _metadata(self, name: str, version: str | None) -> Response:
        def describe(loaded: Loaded) -> dict[str, Any]:
            self._must_be_served(loaded.version, name, version)
            spec = {"name": name, "signature_name": "", "version": str(loaded.version)}
            metadata = {"signature_def": loaded.metadata}
            return {"model_spec": spec, "metadata": metadata}

        return JSONResponse(await self._use(describe))

    def _status(self, name: str, version: str | None) -> Response:
        states = self._model.states()
        chosen = {
            number: state
            for number, state in states.items()
            if version in (None, str(number))
        }
        if name != self._model.name or not chosen:
            self._must_be_served(self._model.loaded.version, name, version)
        found = [
            {
                "version": str(number),
                "state": state.name,
                "status": {
                    "error_code": "UNKNOWN" if state.error else "OK",
                    "error_message": state.error,
                },
            }
            for number, state in chosen.items()
        ]
        return JSONResponse({"model_version_status": found})

    def _must_be_served(self, served: int, name: str, version: str | None) -> None:
        if name != self._model.name:
            raise RequestError(
                f"this server has no model {name!r}; it has {self._model.name!r}", 404
            )
        if version is not None and int(version) != served:
            raise RequestError(
                f"version {version} of {name!r} is not in service; version {served} is",
                404,
            )

    async def _use(self, work: Callable[[Loaded], Any]) -> Any:
        return await asyncio.wrap_future(self._model.use(work))


def _called(signature: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    import tensorflow as tf

    try:
        return call(signature, inputs)
    except tf.errors.InvalidArgumentError as error:
        raise RequestError(_reason(error)) from None


def _reason(error: Exception) -> str:
    """Finds the reason in the several lines that TensorFlow writes."""
    reason = str(error).rpartition("<stack traces unavailable>")[2].strip()
    return reason.partition("\n")[0] or "the model refused the request"


def _error(message: str, status: int) -> Response:
    return JSONResponse({"error": message}, status)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)
    return _error(str(error), error.status)


def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = f"{request.method} {request.url.path}: {error.detail}"
    return _error(words, error.status_code)


def _broken(request: Request, error: Exception) -> Response:
    return _error(f"the server failed: {first_line(error)}", 500)
