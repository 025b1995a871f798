"""The last plan for each CKAN that our datasets are brought to."""

from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.harvest.compare import Difference
from opendata_hub.domain.remote_ckan.kept_plan import KeptPlan, KeptStep
from opendata_hub.domain.remote_ckan.plan import Step
from opendata_hub.store.tables import CkanPlanRow


def save(session: Session, target_id: str, plan: KeptPlan) -> None:
    """Remember a plan in the place of the one before."""
    session.merge(
        CkanPlanRow(
            target=target_id, made_at=plan.made_at,
            counts={str(step): count for step, count in plan.counts.items()},
            steps=[asdict(each) for each in plan.steps],
        )
    )  # fmt: skip
    session.flush()


def last(session: Session, target_id: str) -> KeptPlan | None:
    """The last plan for a target; None where none was made."""
    row = session.get(CkanPlanRow, target_id)
    if row is None:
        return None
    counts = {Step(step): count for step, count in row.counts.items()}
    return KeptPlan(row.made_at, counts, tuple(_step(each) for each in row.steps))


def _step(kept: dict[str, Any]) -> KeptStep:
    differences = tuple(Difference(**each) for each in kept["differences"])
    return KeptStep(**{**kept, "step": Step(kept["step"]), "differences": differences})
