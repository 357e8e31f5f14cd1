#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service for batch.py: answers each prompt after a while with one ready-made GIF, and counts.

batchservice.py GIF SECONDS runs it; Service is that process.
"""

import asyncio
import json
import subprocess
import sys
import urllib.request

from aiohttp import web


class Service:
    def __init__(self, gif, latency_s):
        self.process = subprocess.Popen([sys.executable, __file__, gif, str(latency_s)],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def _ask(self, what):
        with urllib.request.urlopen(f"{self.url}/{what}") as reply:
            return json.load(reply)

    def posts(self):
        return self._ask("posts")

    def take_lost(self):
        """Prompts that came since the last time, and whose GIF nobody has fetched to its end."""
        return self._ask("take-lost")


class Application:
    def __init__(self, gif, latency_s):
        with open(gif, "rb") as file:
            self.gif = file.read()
        self.latency_s = latency_s
        self.n_posts = 0
        self.out = set()

    async def post(self, request):
        self.n_posts += 1
        number = self.n_posts
        self.out.add(number)
        await request.read()
        await asyncio.sleep(self.latency_s)
        return web.json_response({"images": [f"http://{request.host}/{number}.gif"]})

    async def get(self, request):
        reply = web.StreamResponse(headers={"Content-Type": "image/gif",
                                            "Content-Length": str(len(self.gif))})
        await reply.prepare(request)
        await reply.write(self.gif)
        await reply.write_eof()
        self.out.discard(int(request.match_info["number"]))
        return reply

    async def posts(self, _):
        return web.json_response(self.n_posts)

    async def take_lost(self, _):
        n = len(self.out)
        self.out.clear()
        return web.json_response(n)

    async def serve(self):
        app = web.Application()
        app.add_routes([web.post("/generate-gif", self.post), web.get("/{number}.gif", self.get),
                        web.get("/posts", self.posts), web.get("/take-lost", self.take_lost)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(Application(sys.argv[1], float(sys.argv[2])).serve())
