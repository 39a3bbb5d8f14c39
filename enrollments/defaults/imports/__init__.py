"""Facts from outside, read from a file: CSV or JSON, checked whole, written in one transaction.

rows     a file as rows of named texts
kinds    what each kind of fact has as columns, and how they are read
actions  the import itself
"""
