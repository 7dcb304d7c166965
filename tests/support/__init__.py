"""What tests share: throw-away databases, and the guard against the network."""
