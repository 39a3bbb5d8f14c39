"""Saved queries: DjangoQL with a name, private or shared, for one list each."""
