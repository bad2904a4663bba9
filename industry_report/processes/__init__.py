"""Who runs a report: processes, kernels, their limits, a cluster (see README.md here)."""
