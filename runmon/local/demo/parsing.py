"""What the demo Actor reads from the shop's pages. A product without a price is the bug it ships with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})


class ShopChanged(Exception):
    """Nothing read from now on could be trusted: the crawl must stop."""


@dataclass(slots=True)
class Element:
    """One element of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> list[Element]:
        """This element and all below it, in document order."""
        found = [self]
        for child in self.children:
            if isinstance(child, Element):
                found.extend(child.walk())
        return found

    def find(self, name: str) -> Any:
        """The element that is marked as this data field, or None."""
        return next((one for one in self.walk() if one.attributes.get("data-field") == name), None)

    def text(self) -> str:
        """All text inside, spaces folded."""
        parts = [child if isinstance(child, str) else child.text() for child in self.children]
        return " ".join(" ".join(parts).split())


class Builder(HTMLParser):
    """Elements from HTML; unclosed ones end with their parent."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#document")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        names = [element.tag for element in self.open]
        if tag in names[1:]:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Element:
    """A page as elements."""
    builder = Builder()
    builder.feed(html)
    return builder.root


def links(page: Element, base: str) -> list[tuple[str, str]]:
    """Addresses and kinds (`category` or `product`) of everything the crawl goes on to."""
    anchors = [one for one in page.walk() if one.tag == "a" and one.attributes.get("class")]
    return [(urljoin(base, one.attributes["href"]), one.attributes["class"]) for one in anchors]


def product(page: Element, url: str) -> dict[str, Any]:
    """The item of a product page; what a page does not show is left out of the item."""
    item: dict[str, Any] = {"title": found(page, "title").text(), "price": price(page), "url": url}
    item["inStock"] = "Sold" not in found(page, "stock").text()
    if item["inStock"]:
        item["stockCount"] = int(found(page, "stock").text().rpartition(" ")[2])
    item["description"] = found(page, "description").text()
    optional = {"specs": specs(page), "reviews": reviews(page), "variants": variants(page)}
    item.update({name: value for name, value in optional.items() if value})
    if "reviews" in item:
        stars = [one["stars"] for one in item["reviews"]]
        item["rating"] = {"average": round(sum(stars) / len(stars), 2), "count": len(stars)}
    return item


def found(page: Element, name: str) -> Element:
    """A data field that every product has."""
    element = page.find(name)
    if not isinstance(element, Element):
        raise LookupError(f"No {name} on the page")
    return element


def price(page: Element) -> dict[str, Any]:
    """`12.90 EUR` as amount and currency."""
    amount, currency = page.find("price").text().split()
    return {"amount": float(amount), "currency": currency}


def specs(page: Element) -> dict[str, str]:
    cells = [one for one in page.walk() if "data-spec" in one.attributes]
    return {one.attributes["data-spec"]: one.text() for one in cells}


def reviews(page: Element) -> list[dict[str, Any]]:
    rows = [one for one in page.walk() if "data-author" in one.attributes]
    return [
        {
            "author": one.attributes["data-author"],
            "stars": int(one.attributes["data-stars"]),
            "text": one.text(),
        }
        for one in rows
    ]


def variants(page: Element) -> list[dict[str, Any]]:
    """The shop's own JSON; raises ShopChanged when it is no longer what it was."""
    script = page.find("variants")
    try:
        return list(json.loads("".join(map(str, script.children)))["variants"]) if script else []
    except (ValueError, KeyError) as error:
        raise ShopChanged("The shop changed the format of its price lists") from error
