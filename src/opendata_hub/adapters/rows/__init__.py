"""The rows of published tables as Parquet, made and asked by DuckDB."""
