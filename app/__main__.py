"""`python -m app` is `gandan`."""

from app.cli import main

main()
