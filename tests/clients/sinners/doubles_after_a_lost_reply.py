"""Repeats a create whose answer was lost, without looking whether it took effect."""

import good
from good import main

good.REPEATABLE = good.REPEATABLE | {"POST"}

main()
