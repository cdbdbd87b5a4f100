"""The demo shop's pages as HTML."""

from __future__ import annotations

from html import escape

from runmon.local.demo.catalogue import Catalogue, Product, Trouble

SHOP = "Samovar & Sons"
VARIANTS = '<script type="application/json" data-field="variants">'


def page(title: str, body: str) -> str:
    """A whole document."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} – {escape(SHOP)}</title></head>\n"
        f'<body>\n<header><a href="/">{escape(SHOP)}</a></header>\n<main>\n{body}\n</main>\n'
        "<footer>Free delivery from 60 EUR. Tea since 1897.</footer>\n</body></html>\n"
    )


def link(href: str, text: str, kind: str) -> str:
    return f'<li><a class="{kind}" href="{escape(href)}">{escape(text)}</a></li>'


def home_page(shop: Catalogue) -> str:
    """Links to the first page of every category."""
    links = [link(f"/category/{n}", name, "category") for n, name in enumerate(shop.categories)]
    return page("Home", f"<h1>{escape(SHOP)}</h1>\n<ul>\n" + "\n".join(links) + "\n</ul>")


def category_page(shop: Catalogue, category: int, number: int) -> str | None:
    """Links to the products of one page, and to the next page where there is one; None for no page."""
    found = shop.shelf(category, number)
    if found is None:
        return None
    products, more = found
    links = [link(f"/product/{one.number}", one.title, "product") for one in products]
    if more:
        links.append(link(f"/category/{category}?page={number + 1}", "Next page", "category"))
    name = shop.categories[category]
    return page(name, f"<h1>{escape(name)}, page {number}</h1>\n<ul>\n" + "\n".join(links) + "\n</ul>")


def product_page(one: Product) -> str:
    """Everything about a product; the page of one in trouble lacks its price, or has half a price list."""
    price = "" if one.trouble is Trouble.NO_PRICE else f'<p data-field="price">{one.price}</p>\n'
    stock = f"In stock: {one.stock}" if one.stock else "Sold out"
    parts = [
        f'<div class="swatch" style="background: {one.paint}"></div>',
        f'<h1 data-field="title">{escape(one.title)}</h1>\n{price}<p data-field="stock">{stock}</p>',
        f'<p data-field="description">{escape(one.description)}</p>',
        spec_table(one.specs),
        price_list(one),
        review_list(one.reviews),
    ]
    return page(one.title, "\n".join(part for part in parts if part))


def spec_table(specs: dict[str, str]) -> str:
    rows = "".join(
        f'<tr><th>{escape(name)}</th><td data-spec="{escape(name)}">{escape(value)}</td></tr>'
        for name, value in specs.items()
    )
    return f"<table>{rows}</table>" if rows else ""


def price_list(one: Product) -> str:
    """Variants as the JSON that scripts of real shops carry."""
    if one.trouble is Trouble.POISON:
        return f'{VARIANTS}{{"variants": [{{"colour": "Blue", "pri</script>'
    if not one.variants:
        return ""
    listed = ", ".join(f'{{"colour": "{colour}", "price": "{one.price}"}}' for colour in one.variants)
    return f'{VARIANTS}{{"variants": [{listed}]}}</script>'


def review_list(reviews: list[tuple[str, int, str]]) -> str:
    rows = "".join(
        f'<li data-author="{escape(author)}" data-stars="{stars}">{escape(words)}</li>'
        for author, stars, words in reviews
    )
    return f"<h2>What others say</h2>\n<ul>{rows}</ul>" if rows else ""


def refusal_page(code: int, reason: str) -> str:
    """A page that says no."""
    return page(
        f"{code} {reason}",
        f"<h1>{code} {escape(reason)}</h1>\n<p>Please try again later, or call the shop.</p>",
    )
