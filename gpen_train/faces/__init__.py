"""Faces in photographs: where they are, and the square that training data have cut out around them."""
