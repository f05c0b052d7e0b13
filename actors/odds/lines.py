"""Asian lines in hundredths: what kind they are and what a quarter line is made of."""


def is_line(line: int) -> bool:
    """Tell whether this is a line that can be settled: a multiple of 0.25."""
    return line % 25 == 0


def parts(line: int) -> tuple[int, int]:
    """Split a line in hundredths into its two half-stakes' lines, the lower one first.

    A quarter line is 0.25 either way (-25 -> (-50, 0)); any other line is twice itself.
    Raises ValueError when the line is no multiple of 25.
    """
    if not is_line(line):
        raise ValueError(f"line {line} is no multiple of 25 hundredths")
    return (line - 25, line + 25) if line % 50 else (line, line)
