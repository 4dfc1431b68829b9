"""Write a PostgreSQL table anew beside itself and put it in its place within one transaction.

Deleting and inserting again leaves every index twice as large and makes each insert look at the row
that it replaces. A new table is filled without indexes, then indexed by sorting; readers see the old
one until the end and wait only for the renaming.
"""

from __future__ import annotations

from typing import Any

SUFFIX = "_anew"
_INDEXES = """
SELECT i.relname, pg_get_indexdef(i.oid), c.contype FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint AS c ON c.conindid = i.oid
WHERE x.indrelid = %s::regclass
"""
_GRANTS = """
SELECT DISTINCT acl.privilege_type, CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
FROM pg_class, aclexplode(relacl) AS acl WHERE oid = %s::regclass
"""
_CONSTRAINTS = {"p": "PRIMARY KEY", "u": "UNIQUE"}


def begin(cursor: Any, table: str, *, keep: str, values: list[Any]) -> str:
    """Create the empty successor of `table`, copy the rows that `keep` selects; return its name."""
    new = table + SUFFIX
    cursor.execute(f"DROP TABLE IF EXISTS {new}")
    cursor.execute(
        f"CREATE TABLE {new} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY)"
    )
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''",
        [table],
    )
    columns = cursor.fetchone()[0]
    cursor.execute(
        f"INSERT INTO {new} ({columns}) SELECT {columns} FROM {table} WHERE {keep}", values
    )
    return new


def finish(cursor: Any, table: str) -> None:
    """Index the successor as `table` is indexed, grant what it granted, and take its place."""
    new = table + SUFFIX
    cursor.execute(_INDEXES, [table])
    indexes = cursor.fetchall()
    for name, definition, _kind in indexes:
        # The definition reads `CREATE [UNIQUE] INDEX name ON schema.table USING …`.
        head, tail = definition.split(" USING ", 1)
        unique = "UNIQUE " if head.startswith("CREATE UNIQUE") else ""
        cursor.execute(f"CREATE {unique}INDEX {name}{SUFFIX} ON {new} USING {tail}")
    cursor.execute(_GRANTS, [table])
    for privilege, grantee in cursor.fetchall():
        cursor.execute(f"GRANT {privilege} ON {new} TO {grantee}")
    cursor.execute(
        "SELECT pg_get_serial_sequence(%s, 'id'), pg_get_serial_sequence(%s, 'id')", [table, new]
    )
    sequence, successor = cursor.fetchone()
    cursor.execute(f"DROP TABLE {table}")
    cursor.execute(f"ALTER TABLE {new} RENAME TO {table}")
    cursor.execute(f"ALTER SEQUENCE {successor} RENAME TO {sequence.rsplit('.', 1)[-1]}")
    for name, _definition, kind in indexes:
        if kind:
            cursor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} {_CONSTRAINTS[kind]} USING INDEX {name}{SUFFIX}"
            )
        else:
            cursor.execute(f"ALTER INDEX {name}{SUFFIX} RENAME TO {name}")
    cursor.execute(f"ANALYZE {table}")
