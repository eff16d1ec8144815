"""Answers of named questions as Arrow, Parquet, CSV or JSON, streamed."""

from sentio.api.export.routes import query_router

__all__ = ["query_router"]
