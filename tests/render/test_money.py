"""Money in words: by the item, at the end, at the limit; nothing is foretold from too little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from runmon.model.run import Run, RunOptions
from runmon.render.facts import Progress
from runmon.render.money import money_rows, rate_per_hour
from runmon.render.usage import event_prices, pricing_words

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HALF_AN_HOUR = NOON - timedelta(minutes=30)
EVENTS = {
    "item": {"eventPriceUsd": 0.002},
    "tiered": {
        "eventTieredPricingUsd": {"FREE": {"tieredEventPriceUsd": 0.1}, "GOLD": {"tieredEventPriceUsd": 0.05}}
    },
    "same": {
        "eventTieredPricingUsd": {"FREE": {"tieredEventPriceUsd": 0.1}, "GOLD": {"tieredEventPriceUsd": 0.1}}
    },
    "odd": {"eventPriceUsd": "much"},
}


def test_a_running_run_foretells_its_end_its_timeout_and_its_limit() -> None:
    run = Run(
        status="RUNNING",
        started_at=HALF_AN_HOUR,
        usage_total_usd=0.05,
        options=RunOptions(timeout_secs=3600, max_total_charge_usd=0.20),
    )
    assert money_rows(run, NOON, items=100, progress=Progress(25, 100)) == [
        ("1 000 items", "$0.5000"),
        ("at the end", "≈ $0.2000, as requests go"),
        ("at timeout", "≤ $0.1000 at this rate"),
        ("limit", "in 1 h 30 min at this rate"),
    ]


def test_what_charged_events_cost_is_what_the_limit_counts() -> None:
    run = Run(
        status="RUNNING",
        started_at=HALF_AN_HOUR,
        usage_total_usd=9.0,
        charged_event_counts={"item": 500},
        pricing_info={"pricingModel": "PAY_PER_EVENT", "pricingPerEvent": {"actorChargeEvents": EVENTS}},
        options=RunOptions(max_total_charge_usd=1.0),
    )
    assert money_rows(run, NOON, items=None, progress=None) == [("limit", "reached")]
    assert pricing_words(run) == "pay per event"


def test_items_cost_what_was_paid_when_they_were_counted() -> None:
    run = Run(status="RUNNING", started_at=NOON, usage_total_usd=9.0)
    assert money_rows(run, NOON, items=100, paid=0.2, progress=None) == [("1 000 items", "$2.00")]


def test_a_run_that_is_over_foretells_nothing() -> None:
    run = Run(status="SUCCEEDED", started_at=HALF_AN_HOUR, finished_at=NOON, usage_total_usd=0.05)
    assert money_rows(run, NOON, items=50, progress=Progress(1, 2)) == [("1 000 items", "$1.00")]
    assert rate_per_hour(run, NOON + timedelta(days=1)) == 0.1


def test_nothing_is_made_of_the_first_seconds_or_of_no_cost() -> None:
    young = Run(status="RUNNING", started_at=NOON - timedelta(seconds=30), usage_total_usd=0.05)
    assert money_rows(young, NOON, items=0, progress=Progress(1, 1000)) == []
    assert money_rows(Run(status="RUNNING"), NOON, items=5, progress=None) == []


def test_prices_that_differ_by_tier_are_not_guessed() -> None:
    run = Run(pricing_info={"pricingPerEvent": {"actorChargeEvents": EVENTS}})
    assert event_prices(run) == {"item": 0.002, "same": 0.1}


def test_the_way_of_paying_is_told_as_it_is_known() -> None:
    per_result = {"pricingModel": "PRICE_PER_DATASET_ITEM", "pricePerUnitUsd": 0.005, "unitName": "page"}
    told = [Run(pricing_info=per_result), Run(pricing_info={"pricingModel": "BARTER"}), Run()]
    assert [pricing_words(run) for run in told] == ["pay per result, $0.005 a page", "BARTER", ""]
