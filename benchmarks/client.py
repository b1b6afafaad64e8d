"""A browser as Streamlit's server sees it: its cookies, its connection, and the widgets of its page.

It speaks Streamlit's own protocol, `BackMsg` to the server and `ForwardMsg` from it, and paints nothing:
thirty of them leave the processor to the app. What it sends is what Chromium was seen to send.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar
from itertools import count
from time import perf_counter
from typing import Literal
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.Checkbox_pb2 import Checkbox
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.Selectbox_pb2 import Selectbox
from streamlit.proto.TextInput_pb2 import TextInput
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 60.0
"""Seconds that a page may take before the visitor gives up."""

_ENDS = {
    False: ForwardMsg.FINISHED_SUCCESSFULLY,
    True: ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}


class Client:
    """One connection to the app.

    Attributes:
        arrived: what has come since the client last sent something of its visitor's: (time, element).
        cookies: by which the app knows this visitor again.
        faults: what a visitor should never meet: exceptions and errors shown on a page.
    """

    def __init__(self, url: str, connection: ClientConnection, cookies: dict[str, str]) -> None:
        self.cookies = cookies
        self.arrived: list[tuple[float, Element]] = []
        self.faults: list[str] = []
        self._url = url
        self._connection = connection
        self._news = asyncio.Event()
        self._lost: Exception | None = None
        self._ended: int | None = None
        self._pages: dict[str, str] = {}
        self._page = ""
        self._frame = ""
        self._states: dict[str, WidgetState] = {}
        self._scripts: dict[str, str] = {}
        self._fragments: dict[str, str] = {}
        self._of_this_run: set[str] = set()
        self._run_of: frozenset[str] = frozenset()
        self._clocks: dict[str, asyncio.Task[None]] = {}

    # What a visitor does

    async def open(self, page: str) -> None:
        """Go to a page by its name in the address, "" for the first one, and wait until it stands."""
        self._stop_clocks()
        # A browser forgets the widgets of the page that it leaves; those of the frame stay.
        self._forget({name for name, script in self._scripts.items() if script != self._frame})
        self._page = self._pages.get(page, "")
        await self._act()

    async def press(self, key: str) -> None:
        """Press the button with this key, and wait for what comes of it."""
        widget = self._widget(key)
        await self._act(WidgetState(id=widget, trigger_value=True), self._fragments[widget])

    async def give(self, key: str, kind: Literal["int_value", "json_value"], value: int | str) -> None:
        """Give the widget with this key a value, and wait for what comes of it."""
        widget = self._widget(key)
        self._states[widget] = state = WidgetState(id=widget)
        setattr(state, kind, value)
        await self._act(fragment=self._fragments[widget])

    async def again(self, key: str) -> None:
        """Have the part of the page with this widget run again, or the page where that has it run."""
        await self._act(fragment=self._fragments[self._widget(key)], or_the_page=True)

    async def ask(self, address: str) -> bytes:
        """What the app answers at an address of its own, relative to its first page."""
        request = Request(f"{self._url}/{address}", headers={"Cookie": _told(self.cookies)})
        with await asyncio.to_thread(urlopen, request, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def has(self, key: str) -> bool:
        """Whether the page has a widget with this key."""
        return any(_key(widget) == key for widget in self._scripts)

    def canvas(self) -> str:
        """The key of the canvas for a digit, which is another after each Clear."""
        return next(f"digit_{number}" for number in count() if self.has(f"digit_{number}"))

    def first(self, holds: Callable[[Element], bool]) -> tuple[float, Element] | None:
        """The first element since the last act of which something holds, and when it came."""
        return next((each for each in self.arrived if holds(each[1])), None)

    async def _act(
        self, touched: WidgetState | None = None, fragment: str = "", *, or_the_page: bool = False
    ) -> None:
        self.arrived, self._ended = [], None
        ends = {_ENDS[bool(fragment)]} | ({_ENDS[False]} if or_the_page else set())
        await self._send(touched, fragment)
        async with asyncio.timeout(PATIENCE):
            while self._ended not in ends:
                self._news.clear()
                await self._news.wait()
                if self._lost is not None:
                    raise self._lost

    def _widget(self, key: str) -> str:
        return next(widget for widget in self._scripts if _key(widget) == key)

    # To the server

    async def _send(self, touched: WidgetState | None = None, fragment: str = "", auto: bool = False) -> None:
        message = BackMsg()
        run = message.rerun_script
        run.widget_states.widgets.extend(self._states.values())
        if touched is not None:
            run.widget_states.widgets.append(touched)
        run.page_script_hash = self._page
        run.fragment_id = fragment
        run.is_auto_rerun = auto
        context = run.context_info
        context.timezone, context.timezone_offset, context.locale = "UTC", 0, "en-US"
        context.url, context.is_embedded, context.color_scheme = self._url, False, "light"
        await self._connection.send(message.SerializeToString())

    async def _tick(self, fragment: str, seconds: float) -> None:
        """What watches a training asks for itself again and again."""
        while True:
            await asyncio.sleep(seconds)
            await self._send(fragment=fragment, auto=True)

    # From the server

    async def listen(self) -> None:
        """Take in what the server sends, until the connection ends."""
        try:
            async for data in self._connection:
                assert isinstance(data, bytes)
                self._take(ForwardMsg.FromString(data))
                self._news.set()
            raise ConnectionError("the server has closed the connection")
        except Exception as error:  # noqa: BLE001 - the caller that waits for the answer raises it
            self._lost = error
            self._news.set()

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                self._frame = message.new_session.main_script_hash
                self._run_of = frozenset(message.metadata.run.fragment_ids)
                self._of_this_run = set()
                if not self._run_of:
                    self._stop_clocks()
            case "navigation":
                self._pages = {
                    page.url_pathname: page.page_script_hash for page in message.navigation.app_pages
                }
                self._page = message.navigation.page_script_hash
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                self._show(message)
            case "auto_rerun":
                self._start_clock(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "script_finished":
                self._finish(message.script_finished)

    def _show(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        self.arrived.append((perf_counter(), element))
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.faults.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.faults.append(element.alert.body)
        widget = getattr(getattr(element, kind or ""), "id", "")
        if widget:
            self._of_this_run.add(widget)
            self._scripts[widget] = message.metadata.active_script_hash
            self._fragments[widget] = message.delta.fragment_id
            state = _untouched(element)
            if state is not None and (widget not in self._states or _is_told(element)):
                self._states[widget] = state

    def _finish(self, how: int) -> None:
        self._ended = how
        if how == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.faults.append("the page could not be read")
        elif how in _ENDS.values():
            gone = self._scripts.keys() - self._of_this_run
            if self._run_of:
                gone = {widget for widget in gone if self._fragments[widget] in self._run_of}
            self._forget(set(gone))

    def _forget(self, widgets: set[str]) -> None:
        for widget in widgets:
            self._states.pop(widget, None)
            self._scripts.pop(widget, None)
            self._fragments.pop(widget, None)

    def _start_clock(self, fragment: str, seconds: float) -> None:
        if fragment not in self._clocks:
            self._clocks[fragment] = asyncio.create_task(self._tick(fragment, seconds))

    def _stop_clocks(self) -> None:
        for clock in self._clocks.values():
            clock.cancel()
        self._clocks = {}


def _key(widget: str) -> str:
    """The key in a widget's id, as in `$$ID-0197467d92b7c808b50c24171b0e79d0-clear`."""
    return widget.split("-", 2)[-1]


def _is_told(element: Element) -> bool:
    """Whether the server changes a widget's value by itself."""
    return bool(getattr(getattr(element, element.WhichOneof("type") or ""), "set_value", False))


def _untouched(element: Element) -> WidgetState | None:
    """What a browser says of a widget that its visitor has not touched; None where it says nothing."""
    widget = getattr(element, element.WhichOneof("type") or "")
    state = WidgetState(id=widget.id)
    match widget:
        case Selectbox():
            state.string_value = widget.raw_value if widget.set_value else widget.options[widget.default]
        case ButtonGroup():
            chosen = [widget.options[place].content for place in widget.default]
            state.string_array_value.data.extend(widget.raw_values if widget.set_value else chosen)
        case NumberInput():
            number = widget.value if widget.set_value else widget.default
            if widget.data_type == NumberInput.INT:
                state.int_value = round(number)
            else:
                state.double_value = number
        case Checkbox():
            state.bool_value = widget.value if widget.set_value else widget.default
        case TextInput():
            state.string_value = widget.value if widget.set_value else widget.default
        case _:
            return None
    return state


@asynccontextmanager
async def browse(url: str, cookies: dict[str, str] | None = None) -> AsyncIterator[Client]:
    """A browser that has opened the app's first page; with cookies, that of somebody who comes back."""
    if cookies is None:
        cookies = await asyncio.to_thread(_cookies, url)
    async with connect(
        f"ws{url.removeprefix('http')}/_stcore/stream",
        origin=url,  # type: ignore[arg-type]
        subprotocols=["streamlit", cookies.get("_streamlit_xsrf", "none")],  # type: ignore[list-item]
        additional_headers={"Cookie": _told(cookies)},
        max_size=None,
    ) as connection:
        client = Client(url, connection, cookies)
        listening = asyncio.create_task(client.listen())
        try:
            await client.open("")
            yield client
        finally:
            client._stop_clocks()
            listening.cancel()


def _cookies(url: str) -> dict[str, str]:
    """The cookies that a browser has once it has the page."""
    jar = CookieJar()
    opener = build_opener(HTTPCookieProcessor(jar))
    for path in ("/", "/_stcore/health"):
        opener.open(url + path, timeout=PATIENCE).read()
    return {cookie.name: cookie.value or "" for cookie in jar}


def _told(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def drawing(strokes: list[list[tuple[float, float]]], width: float, picture: str) -> str:
    """What the canvas sends after a stroke: all strokes, and the picture as a PNG's data URL."""
    paths = [
        {
            "type": "Path",
            "version": "7.4.0",
            "fill": None,
            "stroke": "#ffffff",
            "strokeWidth": width,
            "strokeLineCap": "round",
            "strokeLineJoin": "round",
            "path": [["M" if first else "L", x, y] for first, (x, y) in _marked(stroke)],
        }
        for stroke in strokes
    ]
    raw = {"version": "7.4.0", "objects": paths, "background": "#000000"}
    return json.dumps({"drawing": {"raw": raw, "data": picture}})


def _marked(stroke: list[tuple[float, float]]) -> list[tuple[bool, tuple[float, float]]]:
    return [(index == 0, point) for index, point in enumerate(stroke)]
