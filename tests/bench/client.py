#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a user of the service would write in Python: aiohttp, one POST, one GET.

client.py API_URL
"""

import asyncio
import sys

import aiohttp


async def main(api_url):
    body = {"token": "bench", "sampler": "Euler", "prompt": "a fox", "cfg_scale": 10, "steps": 30}
    async with aiohttp.ClientSession() as session:
        async with session.post(api_url + "/generate-gif", json=body) as reply:
            address = (await reply.json())["images"][0]
        async with session.get(address) as reply:
            await reply.read()


asyncio.run(main(sys.argv[1]))
