"""How often a run reports and saves, where that is left to its length."""

LONGEST = 50_000  # images
TIMES = 10  # in a shorter run


def interval(every: int | None, images: int) -> int:
    """Images between two; without a number, a tenth of the run or 50,000."""
    return min(LONGEST, -(-images // TIMES)) if every is None else every
