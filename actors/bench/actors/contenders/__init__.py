"""The contenders, one small file each; each measurement is a process of its own.

They run here and in the benchmark's own environment, so a contender imports what it measures
and `gauge`, and nothing else.
"""
