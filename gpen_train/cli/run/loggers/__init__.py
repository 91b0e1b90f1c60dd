"""Where a run's metrics go: metrics.csv, and TensorBoard, MLflow and Weights & Biases when asked for."""
