"""Log lines: one JSON object each, or text for people."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from poolkeeper.domain.redaction.visible import visible, visible_lines
from poolkeeper.settings import LogFormat


class TextFormatter(logging.Formatter):
    """Lines for people: what others wrote can neither make a line of its own nor command a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and behind it the traceback, if there is one."""
        return visible_lines(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The line itself."""
        record.message = visible(record.message)
        return super().formatMessage(record)


def configure(*, form: LogFormat, level: str) -> None:
    """Set up the root logger, standard error being where containers are read from."""
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        fields = {"asctime": "time", "levelname": "level", "name": "logger"}
        handler.setFormatter(
            JsonFormatter(
                "{asctime}{levelname}{name}{message}", style="{", rename_fields=fields, datefmt="%Y-%m-%dT%H:%M:%S%z"
            )
        )
    else:
        handler.setFormatter(TextFormatter("%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Chatter at info, and whole headers at debug, Authorization among them.
    for name in ("httpx", "httpcore", "aiohttp", "azure", "kopf", "msal", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of every refused token in Entra's own words; the account's condition says it once, in ours.
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
