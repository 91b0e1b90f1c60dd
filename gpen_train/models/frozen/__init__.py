"""The layers as inference computes them. Those of training are the definition; tests hold these to it."""
