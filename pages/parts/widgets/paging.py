"""Going through what does not fit on one page."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Paging:
    """Items of which so many are shown at a time.

    Attributes:
        key: of the pager.
        count: how many items there are.
        at_once: how many stand on one page.
        opened_at: the item whose page is open until another is chosen, from 0.
    """

    key: str
    count: int
    at_once: int
    opened_at: int = 0

    def shown(self) -> range:
        """The numbers of the items on the open page.

        A page that there is not is the first, to Streamlit's pager too: another model may have fewer.
        """
        page = int(st.session_state.get(self.key) or self._first_open)
        start = (page - 1 if 1 <= page <= self._pages else 0) * self.at_once
        return range(start, min(start + self.at_once, self.count))

    def pager(self) -> None:
        """Let the visitor turn the pages, where there are several."""
        if self._pages > 1:
            st.pagination(self._pages, default=self._first_open, key=self.key, max_visible_pages=5)

    @property
    def _pages(self) -> int:
        return -(-self.count // self.at_once)

    @property
    def _first_open(self) -> int:
        return self.opened_at // self.at_once + 1
