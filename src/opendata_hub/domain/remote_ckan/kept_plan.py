"""The last plan for a CKAN elsewhere, as it is remembered for those who read it later."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from opendata_hub.domain.harvest.compare import Difference
from opendata_hub.domain.remote_ckan.plan import Planned, Step

MOST_STEPS = 200
MOST_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class KeptStep:
    """What is to be done with a dataset there. problem: why a push did not do it; empty else."""

    step: Step
    slug: str
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """How many datasets there are of each step, and the first of those that need anything done."""

    made_at: datetime
    counts: Mapping[Step, int]
    steps: tuple[KeptStep, ...]

    @property
    def is_cut(self) -> bool:
        """Whether there are more steps than are kept."""
        return sum(n for step, n in self.counts.items() if step is not Step.SAME) > len(self.steps)


def step_of(planned: Planned, problem: str = "") -> KeptStep:
    """A step as it is remembered; of a new dataset it goes without saying what differs."""
    told = () if planned.step is Step.CREATE else planned.differences[:MOST_DIFFERENCES]
    return KeptStep(planned.step, planned.slug, planned.reason, told, problem)


def plan_of(steps: Iterable[KeptStep], *, made_at: datetime) -> KeptPlan:
    """The plan that these steps make, conflicts first."""
    counts, conflicts, others = Counter[Step](), list[KeptStep](), list[KeptStep]()
    for each in steps:
        counts[each.step] += 1
        kept = conflicts if each.step is Step.CONFLICT else others
        if each.step is not Step.SAME and len(kept) < MOST_STEPS:
            kept.append(each)
    return KeptPlan(made_at, dict(counts), tuple([*conflicts, *others][:MOST_STEPS]))
