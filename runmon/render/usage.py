"""What a run used and what that costs, as rows for a table."""

from __future__ import annotations

import msgspec

from runmon.model.run import Run
from runmon.model.units import grouped, three_digits

_KINDS = {
    "ACTOR_COMPUTE_UNITS": "compute units",
    "DATASET_READS": "dataset reads",
    "DATASET_WRITES": "dataset writes",
    "KEY_VALUE_STORE_READS": "record reads",
    "KEY_VALUE_STORE_WRITES": "record writes",
    "KEY_VALUE_STORE_LISTS": "key lists",
    "REQUEST_QUEUE_READS": "queue reads",
    "REQUEST_QUEUE_WRITES": "queue writes",
    "DATA_TRANSFER_INTERNAL_GBYTES": "internal GB",
    "DATA_TRANSFER_EXTERNAL_GBYTES": "external GB",
    "PROXY_RESIDENTIAL_TRANSFER_GBYTES": "proxy GB",
    "PROXY_SERPS": "search pages",
}
"""Every kind that Apify documents; others are shown under their own name."""


class UsageRow(msgspec.Struct, frozen=True):
    """One line: what, how much of it, what it cost in USD (None: not told)."""

    name: str
    amount: str
    usd: float | None


def usage_rows(run: Run) -> list[UsageRow]:
    """Units used, the dearest first; kinds of which nothing was used are left out."""
    units, costs = run.usage or {}, run.usage_usd or {}
    kinds = [kind for kind in {**units, **costs} if (units.get(kind) or 0) or (costs.get(kind) or 0)]
    rows = [UsageRow(_KINDS.get(kind, kind), amount(units.get(kind)), costs.get(kind)) for kind in kinds]
    return sorted(rows, key=lambda row: -(row.usd or 0.0))


def event_rows(run: Run) -> list[UsageRow]:
    """Charged events: `name × count`, and count × price where the price is known."""
    prices = event_prices(run)
    return [
        UsageRow(name, f"× {grouped(count)}", None if name not in prices else prices[name] * count)
        for name, count in (run.charged_event_counts or {}).items()
    ]


def event_prices(run: Run) -> dict[str, float]:
    """USD per event by the event's name, for events with one price, in whatever tier."""
    per_event = (run.pricing_info or {}).get("pricingPerEvent")
    events = per_event.get("actorChargeEvents") if isinstance(per_event, dict) else None
    if not isinstance(events, dict):
        return {}
    prices = {name: _price(event) for name, event in events.items() if isinstance(event, dict)}
    return {name: price for name, price in prices.items() if price is not None}


def _price(event: dict[str, object]) -> float | None:
    """The flat price, or that of all tiers where they agree."""
    flat, tiers = event.get("eventPriceUsd"), event.get("eventTieredPricingUsd")
    told = [flat] if flat is not None else list(tiers.values()) if isinstance(tiers, dict) else []
    prices = {_amount(one) for one in told}
    return prices.pop() if len(prices) == 1 else None


def _amount(price: object) -> float | None:
    if isinstance(price, dict):
        price = price.get("tieredEventPriceUsd")
    return float(price) if isinstance(price, int | float) and not isinstance(price, bool) else None


_MODELS = {
    "FREE": "free, but for what it uses",
    "FLAT_PRICE_PER_MONTH": "rented by the month",
    "PAY_PER_EVENT": "pay per event",
    "PRICE_PER_DATASET_ITEM": "pay per result",
}


def pricing_words(run: Run) -> str:
    """How the Actor is paid for, with the price of a result; empty where it is not told."""
    pricing = run.pricing_info or {}
    model = pricing.get("pricingModel")
    words = _MODELS.get(model, model) if isinstance(model, str) else ""
    price, unit = _amount(pricing.get("pricePerUnitUsd")), pricing.get("unitName")
    return f"{words}, ${price:g} a {unit or 'result'}" if words and price else words


def amount(units: float | None) -> str:
    """A number of units: whole ones grouped, others with three digits; four decimals below 0.1."""
    if units is None:
        return ""
    if float(units).is_integer():
        return grouped(int(units))
    return f"{units:.4f}" if units < 0.1 else three_digits(units)


def total_usd(run: Run) -> float | None:
    """What the run cost so far: the server's total, else the sum of its parts; None where it told nothing."""
    if run.usage_total_usd is not None:
        return run.usage_total_usd
    known = [cost for cost in (run.usage_usd or {}).values() if cost is not None]
    return sum(known) if known else None


def charged_usd(run: Run) -> float | None:
    """What events cost so far (it is this that `maxTotalChargeUsd` limits); None without a price list."""
    costs = [row.usd for row in event_rows(run) if row.usd is not None]
    return sum(costs) if costs else None
