"""Tests of the container image and of the Compose file, without a container engine."""
