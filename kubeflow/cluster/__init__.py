"""Submits runs to the cluster, shows them, and keeps a schedule there."""
