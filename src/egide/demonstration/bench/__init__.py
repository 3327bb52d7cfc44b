"""Measure the pages people wait for, each beside a floor or a baseline taken in the same run."""
