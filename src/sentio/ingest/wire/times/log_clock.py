"""The clock of a log: the latest time of its lines, which one wrong line cannot move."""

from __future__ import annotations


class LogClock:
    """Runs forward with the times it is shown, whatever their unit.

    A time that leaps ahead by more than ``leap`` moves the clock only once the next leap lands
    near it: a single line from the far future ends no session. Lines may be out of order; the
    clock never goes back.
    """

    def __init__(self, leap: float) -> None:
        self.now = 0.0
        self._leap = leap
        self._doubted = 0.0

    def show(self, time: float) -> float:
        """Take note of a line's time; gives the clock's."""
        if self.now and time > self.now + self._leap:
            is_confirmed = abs(time - self._doubted) <= self._leap
            self._doubted = time
            if not is_confirmed:
                return self.now
        self.now = max(self.now, time)
        return self.now
