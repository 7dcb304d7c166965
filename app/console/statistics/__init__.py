"""Pages of the statistics: figures with the lists behind them, targets, the report of a month."""
