"""What a recording holds besides its messages: every price, for SQLite and Parquet."""
