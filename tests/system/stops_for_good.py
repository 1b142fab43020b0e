"""A process of a test: it stops on an alarm."""

import sys

sys.exit(3)
