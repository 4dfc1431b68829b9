"""Engine: images in, pages out. Imports nothing here, so that web processes stay light."""
