"""What the demo shop sells, and which of its pages are broken: the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum
from typing import Any

PER_PAGE = 24
"""Products on one category page."""

CATEGORIES = ("Kettles", "Tea", "Cups & bowls", "Coffee", "Baking", "Knives", "Jars", "Linen")
COLOURS = {
    "Blue": "#2f6fb0",
    "Copper": "#b4653a",
    "Žlutý": "#e0b83f",
    "Matte black": "#2b2b2e",
    "Ivory": "#e9e0c9",
    "Céladon": "#8fb39a",
    "Rosé": "#d99a9a",
    "Indigo": "#3a3f78",
    "Forest": "#2f5d43",
    "Vermilion": "#c8432b",
}
"""Names and paints."""
THINGS = {
    "Kettles": ("kettle", "gooseneck kettle", "samovar", "tetsubin 鉄瓶", "čajník", "stovetop kettle"),
    "Tea": ("sencha 煎茶", "oolong 烏龍", "Earl Grey", "rooibos", "matcha 抹茶", "Ostfriesentee", "pu-erh"),
    "Cups & bowls": ("mug", "chawan 茶碗", "espresso cup", "šálek", "tumbler", "soup bowl"),
    "Coffee": ("grinder", "pour-over set", "moka pot", "cezve", "filter papers", "café liégeois glass"),
    "Baking": ("cake tin", "rolling pin", "Gugelhupfform", "pâtisserie brush", "proving basket"),
    "Knives": ("santoku 三徳", "paring knife", "bread knife", "nakiri 菜切", "sharpening stone"),
    "Jars": ("storage jar", "biscuit tin", "Einmachglas", "spice jar", "bocal à cornichons"),
    "Linen": ("tea towel", "apron", "napkins", "utěrka", "oven glove"),
}
MATERIALS = ("cast iron", "porcelain", "borosilicate glass", "steel", "beech", "stoneware", "linen", "copper")
AUTHORS = ("Zoë", "Jiří", "Ayşe", "山田", "Łukasz", "Ngọc", "Sam", "Noor", "Ólafur", "Мария")
VERDICTS = (
    "Keeps the heat for an hour.",
    "Smaller than it looks in the picture 🤏",
    "Přesně to, co jsem hledal.",
    "Arrived with a dent; the second one was fine.",
    "毎日使っています。",
    "Lid rattles a bit, still ★★★★.",
    "Magnifique !",
    "Would buy again — for the colour alone 💙",
)
CURRENCIES = ("EUR", "EUR", "EUR", "CZK", "GBP", "JPY")


class Trouble(Enum):
    """What is wrong with a page."""

    NONE = "nothing"
    NO_PRICE = "no price on the page"
    BUSY_ONCE = "503 at the first visit"
    SLOW_ONCE = "no answer at the first visit"
    FORBIDDEN = "403"
    GONE = "404"
    BROKEN = "500"
    POISON = "half a price list"


TROUBLES = (
    Trouble.NO_PRICE,
    Trouble.BUSY_ONCE,
    Trouble.BROKEN,
    Trouble.SLOW_ONCE,
    Trouble.GONE,
    Trouble.FORBIDDEN,
)
"""The order in which failing pages get their trouble, over and over."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product page."""

    number: int
    title: str
    paint: str
    """CSS colour of its swatch."""
    price: str
    stock: int
    description: str
    specs: dict[str, str]
    reviews: list[tuple[str, int, str]]
    """Author, stars, words."""
    variants: list[str]
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything on sale, `pages` web pages in all: the home page, the category pages, the products."""

    products: tuple[Product, ...]
    categories: tuple[str, ...]
    shelves: tuple[tuple[Product, ...], ...]
    """What each category page lists: the first pages of all categories, then their second pages, …"""

    def shelf(self, category: int, page: int) -> tuple[tuple[Product, ...], bool] | None:
        """The products of a category page (from 1), and whether another follows; None for no page."""
        place = (page - 1) * len(self.categories) + category
        if category >= len(self.categories) or page < 1 or place >= len(self.shelves):
            return None
        return self.shelves[place], place + len(self.categories) < len(self.shelves)


def catalogue(*, pages: int, fail_rate: float, seed: int, crash: bool = False) -> Catalogue:
    """A shop of so many pages, of which the given part fails in one way or another."""
    chance = random.Random(seed)
    listing = max(0, -(-(pages - 1) // (PER_PAGE + 1)))
    count = max(0, pages - 1 - listing)
    names = CATEGORIES[: min(len(CATEGORIES), -(-listing // 2))]
    troubles = pick_troubles(count, fail_rate, chance, crash=crash)
    shelves = []
    for place in range(listing):
        numbers = range(place * count // listing, (place + 1) * count // listing)
        things = THINGS[names[place % len(names)]]
        shelves.append(tuple(product(number, things, chance, troubles) for number in numbers))
    return Catalogue(tuple(one for shelf in shelves for one in shelf), names, tuple(shelves))


def pick_troubles(count: int, fail_rate: float, chance: random.Random, *, crash: bool) -> dict[int, Trouble]:
    """Product number to trouble; with `crash` one page at 70 % is poisoned."""
    failing = sorted(chance.sample(range(count), min(count, round(count * fail_rate))))
    troubles = {number: TROUBLES[at % len(TROUBLES)] for at, number in enumerate(failing)}
    if crash and count:
        troubles[count * 7 // 10] = Trouble.POISON
    return troubles


def product(
    number: int, things: tuple[str, ...], chance: random.Random, troubles: dict[int, Trouble]
) -> Product:
    """One product; some have no specifications, some no reviews, some no variants."""
    thing = chance.choice(things)
    colour = chance.choice(list(COLOURS))
    material = chance.choice(MATERIALS)
    price = f"{chance.randrange(290, 18_900) / 100:.2f} {chance.choice(CURRENCIES)}"
    return Product(
        number=number,
        title=f"{colour} {thing}",
        paint=COLOURS[colour],
        price=price,
        stock=max(0, chance.randrange(-6, 40)),
        description=f"A {colour.lower()} {thing} of {material}. Article {number:05}.",
        specs=specs(material, chance),
        reviews=reviews(chance),
        variants=sorted(chance.sample(list(COLOURS), chance.choice((0, 0, 1, 2, 4)))),
        trouble=troubles.get(number, Trouble.NONE),
    )


def specs(material: str, chance: random.Random) -> dict[str, str]:
    every: dict[str, Any] = {
        "Material": material,
        "Capacity": f"{chance.randrange(2, 30) / 10:.1f} l",
        "Weight": f"{chance.randrange(80, 2400)} g",
        "Made in": chance.choice(("Česko", "日本", "Deutschland", "Portugal", "Türkiye")),
        "Dishwasher": chance.choice(("yes", "no")),
    }
    kept = chance.sample(list(every), chance.choice((0, 2, 3, 5)))
    return {name: every[name] for name in every if name in kept}


def reviews(chance: random.Random) -> list[tuple[str, int, str]]:
    count = chance.choice((0, 0, 1, 2, 3))
    return [(chance.choice(AUTHORS), chance.randrange(1, 6), chance.choice(VERDICTS)) for _ in range(count)]
