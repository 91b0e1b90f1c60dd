"""The chain of degradations as batched torch operations, for when the CPUs cannot keep up with the device."""
