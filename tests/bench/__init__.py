"""What the program costs, held against budgets, side by side with others in one run. Run by hand: `python -m tests.bench`.

A row of the table is a declaration (`row`), the files of `rows/` have them. `measuring` runs one, `table` prints it. What rows
measure with: programs (`programs`), programs on a terminal (`terminals`), networks and sockets of our own (`networks`).
CI judges none of it: a shared machine is too noisy for that.
"""
