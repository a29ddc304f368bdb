"""The numbers of predictions: they have no rows of their own, so a number says which task a prediction is of.

What our model says of a task goes by the task's number. Those that came with it have numbers far above any task's.
"""

# How many a task may have at most, and what comes before the number of the first.
PLACES = 100
_ABOVE = 10**15


def prediction_id(task: int, place: int = 0) -> int:
    """The number of the prediction at `place`, from 1 to 99, among those that came with the task; 0: our model's."""
    return _ABOVE + task * PLACES + place if place else task


def task_and_place(number: int) -> tuple[int, int]:
    """What `prediction_id` was made of."""
    return divmod(number - _ABOVE, PLACES) if number > _ABOVE else (number, 0)
