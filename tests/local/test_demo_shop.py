"""The demo shop: the same for the same seed, and as broken as it was asked to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.local.demo.catalogue import TROUBLES, Trouble, catalogue
from runmon.local.demo.pages import category_page, home_page, product_page
from runmon.local.demo.parsing import ShopChanged, links, parse, product
from runmon.local.demo.shop import ShopPlan, ShopSite


@given(pages=st.integers(1, 900), seed=st.integers(0, 3), rate=st.floats(0, 1))
@settings(deadline=None, max_examples=40)
def test_a_crawl_of_the_links_finds_exactly_the_pages_that_were_asked_for(
    pages: int, seed: int, rate: float
) -> None:
    shop = catalogue(pages=pages, fail_rate=rate, seed=seed)
    found, todo = {"/"}, [home_page(shop)]
    while todo:
        for path, kind in links(parse(todo.pop()), ""):
            if path not in found and kind == "category":
                number, _, page = path.removeprefix("/category/").partition("?page=")
                todo.append(category_page(shop, int(number), int(page or 1)) or "")
            found.add(path)
    assert len(found) == pages


def test_the_same_seed_is_the_same_shop_and_another_seed_another() -> None:
    first, again = (catalogue(pages=100, fail_rate=0.1, seed=7) for _ in range(2))
    assert first == again != catalogue(pages=100, fail_rate=0.1, seed=8)


def test_the_fail_rate_is_the_part_of_products_in_trouble_and_every_kind_has_its_share() -> None:
    shop = catalogue(pages=1_000, fail_rate=0.25, seed=1)
    counts = Counter(one.trouble for one in shop.products if one.trouble is not Trouble.NONE)
    assert sum(counts.values()) == round(0.25 * len(shop.products))
    assert set(counts) == set(TROUBLES)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_an_item_is_what_the_catalogue_says_about_the_product() -> None:
    shop = catalogue(pages=300, fail_rate=0, seed=1)
    for one in shop.products:
        item = product(parse(product_page(one)), "http://shop/")
        assert (item["title"], item["description"]) == (one.title, one.description)
        assert f"{item['price']['amount']:.2f} {item['price']['currency']}" == one.price
        assert item.get("stockCount", 0) == one.stock
        assert item.get("specs", {}) == one.specs
        assert [review["text"] for review in item.get("reviews", [])] == [
            words for _, _, words in one.reviews
        ]
        assert [variant["colour"] for variant in item.get("variants", [])] == one.variants


def test_items_are_ragged_nested_and_not_ascii() -> None:
    shop = catalogue(pages=300, fail_rate=0, seed=1)
    items = [product(parse(product_page(one)), "") for one in shop.products]
    assert len({tuple(sorted(item)) for item in items}) > 8
    assert any(not str(item["title"]).isascii() for item in items)


def test_a_page_without_a_price_meets_the_bug_and_half_a_price_list_ends_the_crawl() -> None:
    shop = catalogue(pages=60, fail_rate=0.1, seed=1, crash=True)
    lacking = next(one for one in shop.products if one.trouble is Trouble.NO_PRICE)
    poisoned = next(one for one in shop.products if one.trouble is Trouble.POISON)
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'text'"):
        product(parse(product_page(lacking)), "")
    with pytest.raises(ShopChanged):
        product(parse(product_page(poisoned)), "")


@pytest.fixture
def site() -> Iterator[ShopSite]:
    with ShopSite(ShopPlan(pages=40, fail_rate=0.5, delay_s=0, stall_s=0)) as shop:
        yield shop


def test_pages_answer_as_their_trouble_says_at_the_first_and_the_second_visit(site: ShopSite) -> None:
    wanted = {
        Trouble.NONE: [200, 200],
        Trouble.NO_PRICE: [200, 200],
        Trouble.BUSY_ONCE: [503, 200],
        Trouble.SLOW_ONCE: [504, 200],
        Trouble.FORBIDDEN: [403, 403],
        Trouble.GONE: [404, 404],
        Trouble.BROKEN: [500, 500],
    }
    with httpx.Client(base_url=site.url, trust_env=False) as http:
        for one in site.shop.stock.products:
            path = f"/product/{one.number}"
            assert [http.get(path).status_code for _ in range(2)] == wanted[one.trouble]
    assert site.shop.served.total() == 2 * len(site.shop.stock.products)


@pytest.mark.parametrize("path", ["/product/4000", "/category/99", "/category/0?page=x", "/elsewhere"])
def test_what_the_shop_does_not_have_is_404(site: ShopSite, path: str) -> None:
    assert httpx.get(site.url + path[1:], trust_env=False).status_code == 404
