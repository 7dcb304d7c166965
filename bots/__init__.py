"""Channel adapters: Zalo OA, Zalo Bot, Telegram. See README.md."""
