"""The one renderer of drawn documents for tests, accuracy and samples; imports nothing of the product."""
