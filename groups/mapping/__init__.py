"""Which cohorts and learner groups reach which content groups, on one screen."""
