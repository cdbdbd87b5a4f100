"""The demo shop as a web site on loopback: slow now and then, and broken where its catalogue says so."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections import Counter
from dataclasses import dataclass
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from runmon.errors import LocalFault
from runmon.local.demo.catalogue import Catalogue, Trouble, catalogue
from runmon.local.demo.pages import category_page, home_page, product_page, refusal_page

SLOW_PATCH = (0.50, 0.60)
"""The part of the crawl during which the shop is slow."""
SLOW_FACTOR = 5.0


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """How large, how broken and how slow the shop is."""

    pages: int = 300
    fail_rate: float = 0.05
    crash: bool = False
    seed: int = 1
    delay_s: float = 0.5
    """How long a page takes on average."""
    stall_s: float = 5.0
    """How long a page that gives no answer is held."""


class Shop:
    """The site's routes and the little state it has: who asked how often."""

    def __init__(self, plan: ShopPlan) -> None:
        self.plan = plan
        self.stock: Catalogue = catalogue(
            pages=plan.pages, fail_rate=plan.fail_rate, seed=plan.seed, crash=plan.crash
        )
        self.visits: Counter[str] = Counter()
        self.served: Counter[int] = Counter()
        """How many answers of each status code were given."""
        self.chance = random.Random(plan.seed)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.home),
                Route("/category/{number:int}", self.category),
                Route("/product/{number:int}", self.product),
            ]
        )

    async def home(self, request: Request) -> Response:
        await self.take_time(request)
        return self.answer(200, home_page(self.stock))

    async def category(self, request: Request) -> Response:
        await self.take_time(request)
        number, page = request.path_params["number"], request.query_params.get("page", "1")
        html = category_page(self.stock, number, int(page)) if page.isdecimal() else None
        return self.refuse(404, "Not Found") if html is None else self.answer(200, html)

    async def product(self, request: Request) -> Response:
        first = await self.take_time(request) == 1
        number = request.path_params["number"]
        if number >= len(self.stock.products):
            return self.refuse(404, "Not Found")
        one = self.stock.products[number]
        match one.trouble:
            case Trouble.BUSY_ONCE if first:
                return self.refuse(503, "Service Unavailable")
            case Trouble.SLOW_ONCE if first:
                await asyncio.sleep(self.plan.stall_s)
                return self.refuse(504, "Gateway Timeout")
            case Trouble.FORBIDDEN:
                return self.refuse(403, "Forbidden")
            case Trouble.GONE:
                return self.refuse(404, "Not Found")
            case Trouble.BROKEN:
                return self.refuse(500, "Internal Server Error")
            case _:
                return self.answer(200, product_page(one))

    async def take_time(self, request: Request) -> int:
        """The wait before an answer; gives how often this page has been asked for."""
        self.visits[request.url.path] += 1
        done = self.visits.total() / max(1, self.plan.pages)
        factor = SLOW_FACTOR if SLOW_PATCH[0] <= done < SLOW_PATCH[1] else 1.0
        await asyncio.sleep(self.plan.delay_s * self.chance.uniform(0.4, 1.6) * factor)
        return self.visits[request.url.path]

    def answer(self, status: int, html: str) -> Response:
        self.served[status] += 1
        return HTMLResponse(html, status)

    def refuse(self, status: int, reason: str) -> Response:
        return self.answer(status, refusal_page(status, reason))


class ShopSite:
    """The shop on an ephemeral port of 127.0.0.1 while the context is open."""

    def __init__(self, plan: ShopPlan) -> None:
        self.shop = Shop(plan)
        self.url = ""

    def __enter__(self) -> ShopSite:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        config = uvicorn.Config(
            self.shop.app(), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        ready = threading.Event()
        self.thread = threading.Thread(
            target=self.serve, args=(listener, ready), name="demo shop", daemon=True
        )
        self.thread.start()
        if not ready.wait(10):
            raise LocalFault("The demo shop did not start.")
        return self

    def serve(self, listener: socket.socket, ready: threading.Event) -> None:
        """Thread: the site until the context ends; the socket takes connections from its creation on."""

        async def until_told() -> None:
            ready.set()
            await self.server.serve(sockets=[listener])

        with listener:
            asyncio.run(until_told())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.should_exit = True
        self.thread.join(5)
