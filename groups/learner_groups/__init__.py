"""Learner groups: many for each learner, or exclusive within a set, with instructors of their own.

After the flexible groups that were tried for Open edX (openedx-platform PR 32806), with its gaps
closed: a membership is one row under a unique key, adding and removing can be repeated, names are
unique across cohorts and learner groups, and links stay out of the LMS's own link table.
"""
