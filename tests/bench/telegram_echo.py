"""The peer: a bare python-telegram-bot echo inside FastAPI, as its own documentation wires it. No database, no answer."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO lines hold the token


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def create(token: str, platform: str, webhook: str) -> FastAPI:
    bot: Any = Application.builder().token(token).updater(None).concurrent_updates(concurrent_updates=True)
    bot = bot.base_url(f"{platform}/bot").base_file_url(f"{platform}/file/bot").build()
    bot.add_handler(MessageHandler(filters.TEXT, echo))

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with bot:
            await bot.start()
            await bot.bot.set_webhook(webhook)
            yield
            await bot.stop()

    app = FastAPI(lifespan=lifespan)

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        await bot.update_queue.put(Update.de_json(await request.json(), bot.bot))
        return Response()

    @app.get("/healthz")
    async def healthz() -> Response:
        return Response()

    return app


if __name__ == "__main__":
    port = int(sys.argv[1])
    web = create(os.environ["TOKEN"], os.environ["PLATFORM"], f"http://127.0.0.1:{port}/hook")
    uvicorn.run(web, host="127.0.0.1", port=port, log_level="warning", access_log=False)
