"""Realizing an intention: a checked list of learners, confirmed, then carried out by workers.

The learner portal of the original does this whenever a learner opens it. Here staff do it, with
stricter rules: who left is never enrolled again, and what was given once is not given twice.
"""
