"""Units and dollars: what was told is shown, what was not is not made up."""

from __future__ import annotations

from runmon.model.run import Run
from runmon.render.usage import charged_usd, event_rows, total_usd, usage_rows

PRICES: dict[str, object] = {
    "pricingModel": "PAY_PER_EVENT",
    "pricingPerEvent": {"actorChargeEvents": {"result": {"eventPriceUsd": 0.002}, "odd": "?"}},
}


def test_the_dearest_kind_comes_first_and_unused_kinds_are_left_out() -> None:
    run = Run(
        usage={"DATASET_READS": 0, "DATASET_WRITES": 1204, "ACTOR_COMPUTE_UNITS": 0.0138, "NEW_KIND": 2},
        usage_usd={"DATASET_WRITES": 0.006, "ACTOR_COMPUTE_UNITS": 0.0552},
    )
    assert [row.name for row in usage_rows(run)] == ["compute units", "dataset writes", "NEW_KIND"]


def test_events_cost_their_count_times_their_price() -> None:
    run = Run(charged_event_counts={"result": 120, "odd": 3}, pricing_info=PRICES)
    assert [(row.name, row.amount, row.usd) for row in event_rows(run)] == [
        ("result", "× 120", 0.24),
        ("odd", "× 3", None),
    ]


def test_charges_are_unknown_without_a_price_list() -> None:
    assert charged_usd(Run(charged_event_counts={"result": 120})) is None


def test_the_total_is_the_servers_or_the_sum_of_what_it_told() -> None:
    parts = {"DATASET_WRITES": 0.5, "DATASET_READS": None}
    assert total_usd(Run(usage_total_usd=2.0, usage_usd=parts)) == 2.0
    assert total_usd(Run(usage_usd=parts)) == 0.5
    assert total_usd(Run()) is None
