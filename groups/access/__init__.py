"""Who may see which block of a course run, and why.

course: what of a run decides. sets: which groups a learner is in, and through which membership.
merge and rule: the platform's rule. engines: what its three engines answer. explain: all of a run.
"""
