"""Measurements, as ratios against plain nameko in the same run: these machines are noisy."""
