"""Factcheck: news sentences become a labelled data set that others can trust."""

import sys

import pysqlite3

# SQLite 3.7.0-3.51.2 can corrupt a WAL database when two connections checkpoint at the wrong moment
# (sqlite.org/wal.html, "the WAL-reset bug"). Django takes whatever `sqlite3` is, so the fixed build takes its place.
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
