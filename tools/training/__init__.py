"""Training of the custom line recognisers on rendered lines; needs PyTorch, which the product does not."""
