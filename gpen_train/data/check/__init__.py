"""What a folder of images is worth as training data: facts of each image, faults of the whole, a picture."""
