"""The site's time zone, for every moment that Python knows."""

from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from zoneinfo import ZoneInfo

EDGES = (MINYEAR, MAXYEAR)


class BoundlessZone(ZoneInfo):
    """A time zone that is UTC in the years 1 and 9999.

    Courses have such dates for “never”, and in most zones these lie before the first or after the
    last moment that there is: to show or to save one raised an OverflowError.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return the distance from UTC."""
        return timedelta(0) if moment is not None and moment.year in EDGES else super().utcoffset(moment)

    def fromutc(self, moment: datetime) -> datetime:
        """Return the local time of a moment that is given in UTC."""
        return moment if moment.year in EDGES else super().fromutc(moment)
