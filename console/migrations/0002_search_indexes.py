"""Indexes behind the learner search, and the unique e-mail address that Open edX adds to auth_user.

Only where the tables are ours (`managed`). An LMS on MySQL has them already: `username` and
`email` are unique there, `name` is indexed, and its collations ignore letter case.
"""

from django.db import migrations

from console.platform import uses_existing_tables

STATEMENTS = {
    # `LIKE 'abc%'` uses an index on SQLite when the index ignores letter case as LIKE does.
    "sqlite": [
        "CREATE UNIQUE INDEX auth_user_email_uniq ON auth_user (email COLLATE NOCASE)",
        "CREATE INDEX auth_user_username_nocase ON auth_user (username COLLATE NOCASE)",
        "CREATE INDEX auth_userprofile_name_nocase ON auth_userprofile (name COLLATE NOCASE)",
    ],
    # Django's istartswith and iexact compare UPPER(column::text).
    "postgresql": [
        "CREATE UNIQUE INDEX auth_user_email_uniq ON auth_user (email)",
        "CREATE INDEX auth_user_email_upper ON auth_user (UPPER(email::text) text_pattern_ops)",
        "CREATE INDEX auth_user_username_upper ON auth_user (UPPER(username::text) text_pattern_ops)",
        "CREATE INDEX auth_userprofile_name_upper ON auth_userprofile (UPPER(name::text) text_pattern_ops)",
    ],
    "mysql": ["CREATE UNIQUE INDEX auth_user_email_uniq ON auth_user (email)"],
}


def create_indexes(apps, schema_editor):
    if uses_existing_tables():
        return
    for statement in STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_indexes(apps, schema_editor):
    if uses_existing_tables():
        return
    on_table = schema_editor.connection.vendor == "mysql"
    for statement in STATEMENTS[schema_editor.connection.vendor]:
        name, table = statement.partition("INDEX ")[2].split(" (")[0].split(" ON ")
        schema_editor.execute(f"DROP INDEX {name}" + (f" ON {table}" if on_table else ""))


class Migration(migrations.Migration):
    dependencies = [("lectern_console", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    # Not in a transaction of its own: MySQL cannot take DDL back and Django refuses it there.
    operations = [migrations.RunPython(create_indexes, drop_indexes, atomic=False)]
