"""Delimited text (RFC 4180): records, tables of text columns, their values, the fast lane."""
