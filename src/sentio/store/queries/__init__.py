"""Every question to the store, written once: the same expression runs on DuckDB and on Spark."""

from sentio.store.queries import (
    courses,
    faring,
    members,
    narrowed,
    periods,
    places,
    scoped,
    services,
    sources,
    subjects,
    sums,
    uses,
)
from sentio.store.queries.derive import with_quantiles, with_quantiles_only, with_subjects
from sentio.store.queries.question import Question

NARROWED = ("narrow", "poor_below")
WITHIN = ("within", "poor_below")

QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (
        Question(ask=services.service_totals),
        Question(ask=services.mos_distribution, finish=with_quantiles),
        Question(ask=services.hourly_course, finish=with_quantiles_only),
        Question(ask=services.drivers),
        Question(ask=subjects.subjects_by_service, finish=with_subjects),
        Question(ask=subjects.subjects_together, finish=with_subjects),
        Question(ask=members.member_totals),
        Question(ask=members.member_details),
        Question(ask=members.worst_members),
        Question(ask=members.worst_together),
        Question(ask=members.worst_hours),
        Question(ask=members.member_hours),
        Question(ask=narrowed.service_steps, shaping=("step_minutes",)),
        Question(
            ask=narrowed.narrowed_steps, is_of_facts=True, shaping=(*NARROWED, "step_minutes")
        ),
        Question(ask=narrowed.narrowed_members, is_of_facts=True, shaping=(*NARROWED, "dimension")),
        Question(ask=narrowed.narrowed_worst, is_of_facts=True, shaping=(*NARROWED, "dimension")),
        Question(
            ask=faring.subjects_faring,
            is_of_facts=True,
            shaping=("by", "good_mos", "narrow", "one_in"),
        ),
        Question(ask=courses.service_course, shaping=("step_minutes",)),
        Question(ask=courses.members_of_all),
        Question(ask=subjects.subjects_counted, is_of_facts=True, shaping=("poor_below",)),
        Question(ask=subjects.groups_counted, is_of_facts=True, shaping=("dimension",)),
        Question(ask=uses.subject_history, is_of_facts=True),
        Question(ask=uses.latest_uses, is_of_facts=True, shaping=("dimension",)),
        Question(ask=uses.missing_inputs, is_of_facts=True),
        Question(ask=uses.uses_of_some, is_of_facts=True, shaping=("one_in",)),
        Question(ask=uses.exposed_uses, is_of_facts=True, shaping=("one_in",)),
        Question(ask=scoped.totals_within, is_of_facts=True, shaping=WITHIN),
        Question(ask=scoped.bins_within, is_of_facts=True, shaping=WITHIN),
        Question(ask=scoped.course_within, is_of_facts=True, shaping=(*WITHIN, "step_minutes")),
        Question(ask=scoped.members_within, is_of_facts=True, shaping=(*WITHIN, "dimension")),
        Question(ask=scoped.uses_within, is_of_facts=True, shaping=(*WITHIN, "order")),
        Question(ask=places.element_positions),
        Question(ask=places.median_positions, is_of_facts=True, shaping=("dimension", "one_in")),
        Question(ask=periods.period_totals, shaping=("step_minutes",)),
        Question(ask=periods.period_distributions, shaping=("step_minutes",)),
        Question(ask=periods.next_uses),
        Question(ask=periods.elements_known),
        Question(ask=periods.links_known),
        Question(ask=sums.members_known),
        Question(ask=sums.member_sums, shaping=("totals",)),
        Question(ask=sums.member_course, shaping=("totals", "step_minutes")),
        Question(
            ask=sums.indicator_course,
            is_of_facts=True,
            shaping=("indicator", "dimension", "step_minutes"),
        ),
        Question(ask=sources.source_quality),
        Question(ask=sources.dead_letters),
        Question(ask=sources.dead_letter_samples),
        Question(ask=sources.contents),
        Question(ask=sources.commits),
    )
}
"""All questions by name."""

__all__ = ["QUESTIONS", "Question"]
