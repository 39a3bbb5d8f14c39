"""What several browser tests start from, and what their hands do."""

from playwright.sync_api import expect

from tests import factories

COURSE = "Data Science 101"
BROKER_WAIT = 40_000


def learner_with_a_resettable_course(course=COURSE, **learner):
    """Return the enrollment of `amina`: 7 module states, a subsection grade, a course grade, 3 completions."""
    user = factories.LearnerFactory(**{"username": "amina", "profile__name": "Amina Yusuf", **learner})
    overview = factories.CourseOverviewFactory(display_name=course)
    factories.OptInFactory(course=overview)
    enrollment = factories.EnrollmentFactory(user=user, course=overview)
    factories.StudentModuleFactory.create_batch(7, enrollment=enrollment)
    factories.BlockCompletionFactory.create_batch(3, enrollment=enrollment)
    factories.SubsectionGradeFactory(enrollment=enrollment)
    factories.CourseGradeFactory(enrollment=enrollment, percent_grade=0.25)
    return enrollment


def open_dialog(page, course=COURSE):
    """Open amina's courses and, by mouse, the dialog that resets this one; return the dialog."""
    page.goto("/learners/amina/courses/")
    page.get_by_role("link", name=f"Reset… {course}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def tab_to(page, locator, most=60):
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {locator}.")


def is_focus_inside(dialog):
    return dialog.evaluate("dialog => dialog.contains(document.activeElement)")
