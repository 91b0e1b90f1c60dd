"""What is measured with pretrained networks."""
