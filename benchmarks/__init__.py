"""Atoll measured beside the raw limits of the machine and beside its peers.

``python -m benchmarks`` prints one table; ``docs/performance.md`` says how to read it. Figures of
two runs cannot be compared, ratios within one run can: every figure is taken in short rounds that
alternate with rounds of what it is compared with, and a ratio is the median of the rounds' ratios.
"""
