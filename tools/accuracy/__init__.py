"""How right the readers are, measured on drawn documents and on real samples where they lie beside."""
