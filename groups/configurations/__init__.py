"""Group configurations of a course run: Studio's rules, edits, and where each group is used."""
