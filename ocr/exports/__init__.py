"""Turn a result into the file that people use: nothing is stored on the way."""
