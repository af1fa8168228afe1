"""Says what to do about an error message: what the message says itself, or the list."""

import re

from pages.listed import LIST
from pages.messages import Message

# Where the advice of a message can begin.
_PARTS = re.compile(r"(?:; |: (?=[a-z])|\. (?=[A-Z])|, so |, )")
_IMPERATIVE = re.compile(
    r"(?:otherwise |then |or |in a shell, |(?:if|where) [^,;]*, )?"
    r"(?:add|ask|build|change|check|choose|compile|convert|correct|create|delete|export|"
    r"fetch|fill|fix|free|give|install|keep|leave|lower|make|map|mount|move|name|omit|"
    r"overwrite|pack|pass|provide|put|remove|rename|repair|replace|report|restore|"
    r"run|save|see|send|set|start|stop|submit|train|tune|unpack|upgrade|use|wait|write|`[a-z]+|"
    r"do not|the same command)\b",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, str]:
    """Divides a message into what is wrong and what to do.

    Args:
        text: of a message.

    Returns:
        Both parts; the second is empty if the message does not say it.
    """
    for found in _PARTS.finditer(text):
        if _IMPERATIVE.match(text[found.end() :]):
            return text[: found.start()], text[found.end() :]
    return text, ""


def listed(message: Message) -> str:
    """Finds what the list says about a message.

    Args:
        message: any.

    Returns:
        The advice for its words, else for its module; "" if there is none.
    """
    for words, advice in LIST["messages"].items():
        if words in message.text:
            return str(advice)
    modules = sorted(LIST["modules"], key=len, reverse=True)
    for module in modules:
        if message.path.startswith(module):
            return str(LIST["modules"][module])
    return ""
