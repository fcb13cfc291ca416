"""Kernels: pure functions, arrays in, arrays out."""
