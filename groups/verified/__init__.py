"""Verified-track cohorting: who pays for a certificate is in a cohort of its own.

After openedx/core/djangoapps/verified_track_content. The LMS moves a learner at the moment that it
changes an enrollment's mode; here the enrollments' history is looked through, which shows changes
whoever made them.

    track     the switch of a course run, what is in its way, and who is in the wrong cohort
    moves     puts learners where their mode says; follows changes of mode
    actions   turns the switch
    plan      a stored plan that brings everybody into line
    views     the part of the tab Settings
"""
