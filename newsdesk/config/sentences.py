"""Says in plain words what is wrong with a value, instead of pydantic's messages."""

from collections.abc import Mapping
from typing import Any

# By the type of pydantic's error, with the names of its context. Types that are not
# here do not occur with the kinds of values that the sections have.
SENTENCES: Mapping[str, str] = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "datetime_from_date_parsing": "must be a date and time with a zone, such as "
    "2026-11-01T06:00:00Z",
    "datetime_object_invalid": "must be a date and time with a zone, such as "
    "2026-11-01T06:00:00Z",
    "datetime_parsing": "must be a date and time with a zone, such as "
    "2026-11-01T06:00:00Z",
    "datetime_type": "must be a date and time with a zone, such as "
    "2026-11-01T06:00:00Z",
    "timezone_aware": "needs a time zone, such as Z in 2026-11-01T06:00:00Z",
    "dict_type": "must be a section with keys, not a value",
    "extra_forbidden": "is an unknown key",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_type": "must be a whole number",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "list_type": 'must be a list in brackets, such as ["a", "b"]',
    "literal_error": "must be {expected}",
    "missing": "is required, but missing",
    "model_attributes_type": "must be a section with keys, not a value",
    "model_type": "must be a section with keys, not a value",
    "string_too_short": "must not be empty",
    "string_type": "must be text in quotes",
    "too_short": "must have at least {min_length} entries, not {actual_length}",
    "union_tag_not_found": "must be a section with keys, such as kind",
}
# By the last word of the key, because a regular expression explains nothing.
FORMS: Mapping[str, str] = {
    "allow_operations": "must be the name of a TensorFlow operation, such as MatMul",
    "cpu": "must be a number of cores, such as 2, 0.5 or 500m",
    "cpu_limit": "must be a number of cores, such as 2, 0.5 or 500m",
    "job_endpoint": "must be a host and a port, such as flink:8099",
    "host": "must be an address that begins with http:// or https://",
    "image": "must be the name of an image, without spaces",
    "memory": "must be an amount of memory, such as 4Gi or 512Mi",
    "memory_limit": "must be an amount of memory, such as 4Gi or 512Mi",
    "name": "must be at most 63 lower-case letters, digits and hyphens, and begin and "
    "end with a letter or digit",
    "root": "must be an address such as s3://BUCKET/FOLDER (or gs://, minio://)",
    "server_version": "must be a version such as 2.14",
    "service_account": "must be the e-mail address of a service account",
    "temp_location": "must be an address such as gs://BUCKET/FOLDER",
    "ui": "must be an address that begins with http:// or https://",
    "url": "must be an address that begins with http:// or https://, or env:NAME to "
    "read it from an environment variable",
    "worker_address": "must be a host and a port, such as localhost:50000",
}
_A_NAME_OF_A_VARIABLE = (
    "must be the name of an environment variable: letters, digits and underscores"
)


def sentence(fault: Mapping[str, Any]) -> str:
    """Says what is wrong with one value.

    Args:
        fault: an element of `ValidationError.errors()`.

    Returns:
        The end of a sentence that begins with the key.
    """
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "string_pattern_mismatch":
        words = [str(part) for part in fault["loc"] if isinstance(part, str)]
        return form(words[-1] if words else "")
    if kind == "too_short" and context["min_length"] == 1:
        return "must not be empty"
    if kind in SENTENCES:
        return SENTENCES[kind].format(**_whole(context))
    message = str(fault["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def form(key: str) -> str:
    """Says which form the values of a key must have.

    Args:
        key: the last word of the key; `[key]` means the names of a section.

    Returns:
        The end of a sentence that begins with the key.
    """
    is_key = key == "[key]"
    fallback = _A_NAME_OF_A_VARIABLE if is_key else "has a form that is not allowed"
    return FORMS.get(key, fallback)


def _whole(context: Mapping[str, Any]) -> dict[str, Any]:
    """Writes 1.0 as 1."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in context.items()
    }
