"""A scratch database that looks like an LMS's, on MariaDB, MySQL or PostgreSQL, and what is in it."""

import re
from pathlib import Path

import environ
import psycopg
import pymysql

HERE = Path(__file__).parent
CORE = (HERE / "lms_mariadb.sql").read_text()
ENTERPRISE = (HERE / "lms_enterprise.sql").read_text()
DDL = CORE + ENTERPRISE
ROWS = (HERE / "lms_rows.sql").read_text()
COMMENTS = re.compile(r"^--.*$", re.MULTILINE)
# The same tables for PostgreSQL: types as Django's backend maps them, names of its own.
TO_POSTGRESQL = (
    (r"bigint\(20\)( unsigned)? NOT NULL AUTO_INCREMENT", "bigserial NOT NULL"),
    (r"int\(11\) NOT NULL AUTO_INCREMENT", "serial NOT NULL"),
    (r"bigint\(20\)( unsigned)?", "bigint"),
    (r"smallint\(5\) unsigned", "smallint"),
    (r"\bint\(11\)", "integer"),
    (r"\bint\(10\) unsigned", "integer"),
    (r"tinyint\(1\)", "boolean"),
    (r"\bchar\(32\)", "uuid"),
    (r"datetime\(6\)", "timestamp with time zone"),
    (r"longtext", "text"),
    (r"\bdouble\b", "double precision"),
    (r"`(\w+)`", r'"\1"'),
    (r"UNIQUE KEY \w+", "UNIQUE"),
    (r",\n  KEY \w+ \([^)]*\)", ""),
    (r"\) ENGINE=[^;]*;", ");"),
)


class MariaDB:
    """An LMS database on MariaDB. `address` is a URL of the server; the database is made and dropped here."""

    datetime = "datetime(6)"
    quote = "`"
    # Old as it is: three-byte utf8 by default.
    charset = "utf8"
    ddl = DDL

    def __init__(self, address, name):
        self.name = name
        self.url = f"{address.rpartition('/')[0]}/{name}"
        settings = environ.Env.db_url_config(address)
        self.server = pymysql.connect(
            host=settings["HOST"],
            port=int(settings["PORT"] or 3306),
            user=settings["USER"],
            password=settings["PASSWORD"],
            autocommit=True,
        )

    def create(self):
        """Make the database and fill it."""
        self.run(f"CREATE DATABASE {self.name} CHARACTER SET {self.charset}")
        self.run(f"USE {self.name}")
        self.run("SET NAMES utf8mb4, sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")
        for statement in [*_statements(self.ddl), *_statements(ROWS.replace("{datetime}", self.datetime))]:
            self.run(statement)

    def drop(self):
        self.run(f"DROP DATABASE IF EXISTS {self.name}")
        self.run(f"DROP USER IF EXISTS {self.account}")
        self.server.close()

    @property
    def account(self):
        """Name of an account without any right but those that are granted to it."""
        return f"{self.name}_web"

    def make_account(self):
        """Make the account and return its URL."""
        self.run(f"DROP USER IF EXISTS {self.account}")
        self.run(f"CREATE USER {self.account} IDENTIFIED BY 'secret'")
        return with_account(self.url, self.account)

    def grant_reading(self):
        """Let the account read everything, and nothing else."""
        self.run(f"GRANT SELECT ON {self.name}.* TO {self.account}")

    def run(self, sql):
        """Execute one statement and return its rows."""
        with self.server.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def tables(self):
        return {name for (name,) in self.run("SHOW TABLES")}

    def columns(self, table):
        return [row[0] for row in self.run(f"SHOW COLUMNS FROM {table}")]

    def definition(self, table):
        """Return how a table is made, without its next number."""
        ((_, sql),) = self.run(f"SHOW CREATE TABLE {table}")
        return re.sub(r" AUTO_INCREMENT=\d+", "", sql)


class MySQL(MariaDB):
    """An LMS database as MySQL 8 makes it: tables in its own collation, later ones in another."""

    charset = "utf8mb4"
    ddl = (CORE + ENTERPRISE.replace("CHARSET=utf8;", "CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;")).replace(
        "CHARSET=utf8;", "CHARSET=utf8mb4;"
    )


class OldMySQL(MariaDB):
    """An LMS database that came to MySQL 8 by upgrades: its tables are as they were made."""


class PostgreSQL:
    """An LMS database on PostgreSQL."""

    datetime = "timestamp with time zone"
    quote = '"'

    def __init__(self, address, name):
        self.name = name
        self.base = address.rpartition("/")[0]
        self.url = f"{self.base}/{name}"

    def create(self):
        self._on_server(f"CREATE DATABASE {self.name}")
        self.connection = psycopg.connect(self.url, autocommit=True)
        ddl = DDL
        for pattern, replacement in TO_POSTGRESQL:
            ddl = re.sub(pattern, replacement, ddl)
        for statement in [*_statements(ddl), *_statements(ROWS.replace("{datetime}", self.datetime))]:
            self.run(statement)
        self._move_sequences()

    def drop(self):
        self.connection.close()
        self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self._on_server(f"DROP ROLE IF EXISTS {self.account}")

    @property
    def account(self):
        """Name of an account without any right but those that are granted to it."""
        return f"{self.name}_web"

    def make_account(self):
        """Make the account and return its URL."""
        self._on_server(f"CREATE ROLE {self.account} LOGIN PASSWORD 'secret'")
        return with_account(self.url, self.account)

    def grant_reading(self):
        """Let the account read everything, and nothing else."""
        self.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {self.account}")

    def run(self, sql):
        """Execute one statement and return its rows."""
        cursor = self.connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def tables(self):
        return {name for (name,) in self.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def columns(self, table):
        return [row[0] for row in self.definition(table)[0]]

    def definition(self, table):
        """Return columns, indexes and constraints of a table."""
        name = f"'{table}'"
        return (
            self.run(
                "SELECT column_name, data_type, is_nullable, column_default, character_maximum_length "
                f"FROM information_schema.columns WHERE table_name = {name} ORDER BY ordinal_position"
            ),
            self.run(f"SELECT indexdef FROM pg_indexes WHERE tablename = {name} ORDER BY indexname"),
            self.run(
                f"SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = {name}::regclass "
                "ORDER BY conname"
            ),
        )

    def _on_server(self, sql):
        with psycopg.connect(f"{self.base}/postgres", autocommit=True) as server:
            server.execute(sql)

    def _move_sequences(self):
        """Explicit ids leave a sequence where it was; the LMS's own inserts would have moved it."""
        columns = self.run(
            "SELECT table_name, column_name FROM information_schema.columns WHERE column_default LIKE 'nextval%'"
        )
        for table, column in columns:
            self.run(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE(MAX({column}), 0) + 1, false) "
                f"FROM {table}"
            )


# Each with the variable that switches its server on.
ENGINES = {
    MariaDB: "LECTERN_TEST_MARIADB",
    PostgreSQL: "LECTERN_TEST_POSTGRES",
    MySQL: "LECTERN_TEST_MYSQL",
    OldMySQL: "LECTERN_TEST_MYSQL",
}


def with_account(url, name):
    """Return the URL of a database as another account, with the password of `make_account`."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{name}:secret@{rest.rpartition('@')[2]}"


def connect(url):
    """Return a connection of its own, on which every statement stands by itself."""
    if url.startswith("postgres"):
        return psycopg.connect(url, autocommit=True)
    settings = environ.Env.db_url_config(url)
    return pymysql.connect(
        host=settings["HOST"],
        port=int(settings["PORT"] or 3306),
        user=settings["USER"],
        password=settings["PASSWORD"],
        database=settings["NAME"],
        autocommit=True,
    )


def contents(database, tables):
    """Return the rows of each table as text: `{table: {row, ...}}`."""
    return {table: {repr(row) for row in database.run(f"SELECT * FROM {table}")} for table in tables}


def _statements(sql):
    return [statement for statement in re.split(r";\s*\n", COMMENTS.sub("", sql)) if statement.strip()]
