"""Weights written for other programs, and for the Hub."""
