"""`./dev bench`: speed and size, each figure beside its ceiling or a peer in the same run."""
