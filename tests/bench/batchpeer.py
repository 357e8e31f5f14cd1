#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a user of the service would write in Python for a list: aiohttp, a semaphore, ffmpeg.

batchpeer.py API_URL LIST FOLDER JOBS ENCODERS
"""

import asyncio
import os
import sys

import aiohttp


async def main(url, prompts, folder, jobs, encoders):
    asking, encoding = asyncio.Semaphore(jobs), asyncio.Semaphore(encoders)

    async def one(session, n, prompt):
        gif = os.path.join(folder, f"{n}.gif")
        async with asking:
            body = {"token": "bench", "prompt": prompt, "sampler": "Euler", "cfg_scale": 10,
                    "steps": 30}
            async with session.post(url + "/generate-gif", json=body) as reply:
                address = (await reply.json())["images"][0]
            async with session.get(address) as reply:
                data = await reply.read()
        with open(gif, "wb") as file:
            file.write(data)
        async with encoding:
            process = await asyncio.create_subprocess_exec(
                "ffmpeg", "-v", "error", "-y", "-i", gif, "-vsync", "passthrough", "-c:v", "libx264",
                "-crf", "18", "-bf", "0", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
                os.path.join(folder, f"{n}.mp4"))
            if await process.wait() != 0:
                sys.exit("ffmpeg failed")

    connector = aiohttp.TCPConnector(limit=jobs)
    async with aiohttp.ClientSession(connector=connector) as session:
        with open(prompts, encoding="utf-8") as file:
            await asyncio.gather(*(one(session, n, line.strip())
                                   for n, line in enumerate(file, 1)))


asyncio.run(main(*sys.argv[1:4], *map(int, sys.argv[4:6])))
