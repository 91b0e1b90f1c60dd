"""Where a run's metrics go: metrics.csv; TensorBoard, MLflow, Comet, Weights & Biases when asked for."""
