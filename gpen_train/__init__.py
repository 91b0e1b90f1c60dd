"""gpen_train: train, fine-tune, evaluate and export GPEN face-restoration models."""

__version__ = "0.1.0"
