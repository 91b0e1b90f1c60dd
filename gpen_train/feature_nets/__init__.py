"""Frozen judges, shared by losses and evaluation."""
