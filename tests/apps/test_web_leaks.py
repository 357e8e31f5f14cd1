# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that leave, and many at once: no thread and no descriptor stays."""

import concurrent.futures
import hashlib
import json
import select
import unittest

from harness import Setup, read_until, wait_until

def is_readable(s):
    return bool(select.select([s], [], [], 0)[0])


class Leaks(unittest.TestCase):
    def abort_one(self, setup, i):
        """Leaves at one of the stages of a generation."""
        if i % 4 == 0:  # while it waits or the service works
            job = setup.submit(f"fox {i}")
            setup.open_stream(f"/api/generations/{job}/events").close()
        elif i % 4 == 1:  # in the middle of the video
            job = setup.submit(f"fox {i}")
            s = setup.open_stream(f"/api/generations/{job}/video")
            read_until(s, b"ftyp")
            s.close()
        elif i % 4 == 2:  # events and video, both
            job = setup.submit(f"fox {i}")
            events = setup.open_stream(f"/api/generations/{job}/events")
            video = setup.open_stream(f"/api/generations/{job}/video")
            read_until(video, b"moof")
            video.close()
            events.close()
        else:  # during a conversion
            job = setup.submit(f"fox {i}")
            self.assertEqual(setup.events(job)[-1]["state"], "done")
            s = setup.open_request(f"/api/generations/{job}/webm")
            wait_until(lambda: "gif:src" in setup.web.threads().values()
                       or is_readable(s), 30, "it converts")
            s.close()

    def test_aborted_and_simultaneous_clients_leave_nothing(self):
        report = {}
        with Setup(["--max-jobs", "3", "--max-queue", "40"],
                   ["--frames", "60", "--size", "320x320",
                    "--latency-ms", "200"]) as setup:
            # What is loaded and opened once is there after this.
            job = setup.submit("warm up")
            self.assertEqual(setup.events(job)[-1]["state"], "done")
            for what in ["video", "gif", "mp4", "webm"]:
                setup.ask("GET", f"/api/generations/{job}/{what}")
            report["before"] = setup.measure()

            for i in range(20):
                self.abort_one(setup, i)
            report["after_20_aborted"] = setup.measure()

            def whole(i):
                job = setup.submit(f"cat {i % 2}")
                last = setup.events(job)[-1]
                self.assertEqual(last["state"], "done", last)
                return i % 2, [hashlib.sha256(setup.ask(
                    "GET", f"/api/generations/{job}/{what}")[2]).hexdigest()
                    for what in ["gif"]]

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                results = list(pool.map(whole, range(8)))
            # The same prompt gives the same picture, another one another.
            self.assertEqual(len({gif for _, (gif,) in results}), 2)
            self.assertEqual(len({(n, gif) for n, (gif,) in results}), 2)
            report["after_8_at_once"] = setup.measure()
        print(json.dumps(report))
        self.assertEqual(report["after_20_aborted"], report["before"])
        self.assertEqual(report["after_8_at_once"], report["before"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
