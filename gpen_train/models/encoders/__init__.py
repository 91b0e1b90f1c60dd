"""Encoders: from a degraded face to features and a code."""
