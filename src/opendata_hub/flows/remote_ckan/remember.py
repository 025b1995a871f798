"""What a plan said, and what a push left undone, is remembered for those who look later."""

from collections.abc import Iterable, Iterator

from opendata_hub.domain.remote_ckan.kept_plan import KeptStep, plan_of, step_of
from opendata_hub.domain.remote_ckan.plan import Planned, Step
from opendata_hub.flows.remote_ckan.push import Done, Way
from opendata_hub.store.remote_ckan import plans


def remembered_plan(way: Way, steps: Iterable[Planned]) -> Iterator[Planned]:
    """The same steps; once all of them were told, they are the last plan of the target."""
    kept = list[KeptStep]()
    for each in steps:
        kept.append(step_of(each))
        yield each
    _keep(way, kept)


def remembered_push(way: Way, done: Iterable[Done], *, overwrites: bool = False) -> Iterator[Done]:
    """The same; once all was done, what was left undone is the last plan of the target."""
    kept = list[KeptStep]()
    for each in done:
        kept.append(_left(each, overwrites=overwrites))
        yield each
    _keep(way, kept)


def _left(done: Done, *, overwrites: bool) -> KeptStep:
    """What is still to be done after a step of a push."""
    if done.problem:
        return step_of(done.planned, f"{done.problem.code}: {done.problem}")
    if done.planned.step is Step.CONFLICT and not overwrites:
        return step_of(done.planned)
    return KeptStep(Step.SAME, done.planned.slug)


def _keep(way: Way, steps: list[KeptStep]) -> None:
    plan = plan_of(steps, made_at=way.clock())
    with way.writing() as session:
        plans.save(session, way.target.id, plan)
