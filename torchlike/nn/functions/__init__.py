"""The families of `torchlike.nn.functional`, which exports what stands here."""
