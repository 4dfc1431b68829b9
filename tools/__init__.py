"""Development tools: benchmarks, training, synthetic documents, accuracy reports."""
