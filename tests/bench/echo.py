"""The peer: a bare FastAPI application that echoes a form field. What the framework alone can do on this machine."""

from typing import Annotated

import uvicorn
from fastapi import FastAPI, Form

app = FastAPI()


@app.post("/chat")
async def echo(text: Annotated[str, Form()] = "") -> dict[str, str]:
    return {"text": text}


if __name__ == "__main__":
    import sys

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
