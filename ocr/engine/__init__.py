"""Engine processes and the transports to them; no pixels here. Imports nothing, so that web processes stay light."""
