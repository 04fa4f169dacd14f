"""Composition: settings, addresses, processes. The only package that sees every other one."""
