"""CSV that opens safely in a spreadsheet, streamed so that its size does not matter."""

from urllib.parse import quote

import structlog
from defusedcsv import csv
from django.http import StreamingHttpResponse
from django.utils import timezone

log = structlog.get_logger(__name__)


class _Echo:
    """A file that hands back what is written to it, as the csv module wants one."""

    def write(self, value):
        return value


def stream_csv(rows, name: str, *, actor) -> StreamingHttpResponse:
    """Answer with `rows` as a CSV file.

    Args:
        rows: an iterable of lists of text. Cells that a spreadsheet would run are defused.
        name: what the file holds, in lower case words; the date is added.
        actor: who takes the data out; written to the log.
    """
    log.info("export", name=name, actor=actor.pk)
    writer = csv.writer(_Echo())
    # The mark tells Excel that this is UTF-8.
    lines = (("\ufeff" if number == 0 else "") + writer.writerow(row) for number, row in enumerate(rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    filename = f"{name.replace(' ', '-')}-{timezone.now():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    return response
