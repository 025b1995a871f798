"""Charts whose bars stand for somebody."""

from decimal import Decimal

from opendata_hub.domain.portal.chart import MOST_BARS, Bar, Drawn, with_names


def test_bars_without_a_name_are_told_together_and_no_amount_is_lost():
    bars = tuple(Bar(str(n), Decimal(100 - n), 1) for n in range(20))
    drawn = Drawn("one", bars, left=Decimal(7), left_groups=3)
    names = {str(n): {"fr": f"Société {n}"} for n in range(0, 20, 2)}
    shown = with_names(drawn, names)
    assert [bar.label for bar in shown.bars] == [str(n) for n in range(0, 20, 2)]
    assert shown.bars[0].name == {"fr": "Société 0"}
    assert sum(bar.value for bar in shown.bars) + shown.left == sum(b.value for b in bars) + 7
    assert shown.left_groups == 13
    every = with_names(drawn, {bar.label: {"fr": "Société"} for bar in bars})
    assert (len(every.bars), every.left_groups) == (MOST_BARS, 11)
