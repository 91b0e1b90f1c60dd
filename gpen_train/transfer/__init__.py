"""From the weights of a file to the start of a training: embedding, growing, and the account of both."""
