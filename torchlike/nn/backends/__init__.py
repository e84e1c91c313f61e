"""The functions that layers are made of, by the names of 0.3's function classes."""
