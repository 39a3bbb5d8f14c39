"""Stored plans: a checked list that somebody confirms, and that workers then carry out, line by line.

Bulk resets are one. A plan is a draft until it is confirmed; its items are the lines, each with what
became of it. Any number of workers take some items at a time by a lease, so a dead one holds up
nothing for long, and a lost message is rung again by the sweeper (docs/decisions/0004).

    models    the columns that every plan and every item has (abstract)
    queue     claims, leases, the end, the sweeper
    changes   confirm, discard, pause, resume, cancel, retry
    progress  counts
    people    whose a plan is, also when the account is gone
    views     preview, progress, results and the dialogs of the changes
"""
