"""Learners by intention: the statuses of a customer's learners, and those of one learner."""
