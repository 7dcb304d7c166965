"""Faithful fakes of the platforms: real HTTP servers on loopback, each with a control API under `/_sim`."""
