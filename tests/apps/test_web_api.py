# SPDX-License-Identifier: LGPL-2.1-or-later
"""What visioncraft-web promises over HTTP."""

import http.client
import http.server
import json
import subprocess
import threading
import unittest

from harness import (KEY, Process, Setup, cut_comment, gif_delays, make_gif,
                     read_until, wait_until)

SECURITY = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

JSON = {"Content-Type": "application/json"}


def error_of(data):
    return json.loads(data)["error"]


def size_of_video(mp4):
    """Width and height in the sample entry (ISO/IEC 14496-12 section 12.1.3)."""
    at = mp4.index(b"avc1", mp4.index(b"stsd")) + 28
    return (int.from_bytes(mp4[at:at + 2], "big"),
            int.from_bytes(mp4[at + 2:at + 4], "big"))


class Case(unittest.TestCase):
    web_args = ()
    mock_args = ()

    @classmethod
    def setUpClass(cls):
        cls.setup = Setup(cls.web_args, cls.mock_args)
        cls.ask = cls.setup.ask
        cls.addClassCleanup(cls.setup.__exit__, None, None, None)

    def assert_refused(self, expected, status, data, field=None):
        error = error_of(data)
        self.assertEqual((status, error["kind"], error.get("field")),
                         (*expected, field))

    def generate(self, prompt, **settings):
        """The last event of a new generation."""
        return self.setup.events(self.setup.submit(prompt, **settings))[-1]


class Page(Case):
    def test_every_reply_is_secured_and_none_holds_the_key(self):
        job = self.setup.submit("a fox")
        self.assertEqual(self.setup.events(job)[-1]["state"], "done")
        below = f"/api/generations/{job}"
        for path in ["/", "/app.js", "/messages.js", "/style.css", "/icon.svg",
                     "/api/options", "/api/generations", "/nothing", below,
                     f"{below}/events", f"{below}/video", f"{below}/gif",
                     f"{below}/mp4", f"{below}/webm", f"{below}/nothing"]:
            with self.subTest(path=path):
                status, headers, data = self.ask("GET", path)
                self.assertEqual(status, 404 if "nothing" in path else 200)
                for name, value in SECURITY.items():
                    self.assertTrue(headers[name].startswith(value), headers)
                self.assertNotIn("unsafe-inline",
                                 headers["Content-Security-Policy"])
                self.assertNotIn(KEY.encode(), data)
                self.assertNotIn(KEY, str(headers))

    def test_the_page_has_nothing_that_its_policy_forbids(self):
        page = self.ask("GET", "/")[2].decode()
        for forbidden in ["<style", " style=", " onclick=", "http:", "https:"]:
            self.assertNotIn(forbidden, page)
        self.assertNotIn("<script>", page)

    def test_samplers_are_the_services(self):
        options = json.loads(self.ask("GET", "/api/options")[2])
        connection = http.client.HTTPConnection("127.0.0.1",
                                                self.setup.mock.port)
        connection.request("GET", "/image/samplers")
        self.assertEqual(options["samplers"],
                         json.loads(connection.getresponse().read()))
        connection.close()
        self.assertTrue(options["samplers_current"])

    def test_what_is_not_a_generation_is_refused(self):
        long = "x" * 2001
        for body, status, kind, field in [
                ("", 400, "malformed", None),
                ("{", 400, "malformed", None),
                ("[]", 400, "malformed", None),
                ("[" * 60000, 400, "malformed", None),
                ('{"prompt":"x"}{"prompt":"y"}', 400, "malformed", None),
                ("{'prompt':'x'}", 400, "malformed", None),
                ("{}", 422, "missing", "prompt"),
                ('{"prompt":" \\n "}', 422, "missing", "prompt"),
                ('{"prompt":5}', 422, "malformed", "prompt"),
                ('{"prompt":["x"]}', 422, "malformed", "prompt"),
                ('{"prompt":"%s"}' % long, 422, "too-long", "prompt"),
                ('{"prompt":"x","negative_prompt":"%s"}' % long, 422,
                 "too-long", "negative_prompt"),
                ('{"prompt":"x","steps":0}', 422, "out-of-range", "steps"),
                ('{"prompt":"x","steps":51}', 422, "out-of-range", "steps"),
                ('{"prompt":"x","steps":"30"}', 422, "out-of-range", "steps"),
                ('{"prompt":"x","steps":1.5}', 422, "out-of-range", "steps"),
                ('{"prompt":"x","cfg_scale":21}', 422, "out-of-range",
                 "cfg_scale"),
                ('{"prompt":"x","cfg_scale":-1}', 422, "out-of-range",
                 "cfg_scale"),
                ('{"prompt":"x","sampler":"None of them"}', 422, "no-sampler",
                 "sampler")]:
            with self.subTest(body=body[:60]):
                got, _, data = self.ask("POST", "/api/generations", body, JSON)
                self.assert_refused((status, kind), got, data, field)

    def test_a_prompt_may_be_as_long_as_promised_in_any_script(self):
        job = self.setup.submit("𓀀" * 2000)
        self.assertEqual(len(self.setup.state(job)["prompt"]), 2000)
        self.ask("DELETE", f"/api/generations/{job}")

    def test_bodies_are_small_json_of_known_length(self):
        post = "/api/generations"
        status, headers, data = self.ask("POST", post, "x" * 200_000, JSON)
        self.assert_refused((413, "too-long"), status, data)
        self.assertEqual(headers["Connection"], "close")
        status, _, data = self.ask("POST", post, b"2\r\n{}\r\n0\r\n\r\n", dict(
            JSON, **{"Transfer-Encoding": "chunked"}))
        self.assert_refused((411, "malformed"), status, data)
        for kind in ["text/plain", "application/x-www-form-urlencoded"]:
            status, _, data = self.ask("POST", post, '{"prompt":"x"}',
                                       {"Content-Type": kind})
            self.assert_refused((415, "malformed"), status, data)

    def test_an_endless_body_is_cut_off(self):
        connection = http.client.HTTPConnection("127.0.0.1",
                                                self.setup.web.port)
        connection.putrequest("POST", "/api/generations")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        with self.assertRaises(OSError):
            while True:
                connection.send(b"x" * 65536)
        connection.close()

    def test_other_sites_cannot_use_it(self):
        post = "/api/generations"
        port = self.setup.web.port
        for headers in [{"Sec-Fetch-Site": "cross-site"},
                        {"Sec-Fetch-Site": "same-site"},
                        {"Origin": "http://evil.example"},
                        {"Origin": f"http://127.0.0.1:{port + 1}"},
                        {"Origin": "null"},
                        {"Host": "evil.example"},
                        {"Host": f"evil.example:{port}"}]:
            with self.subTest(headers=headers):
                status, _, data = self.ask("POST", post, '{"prompt":"x"}',
                                           dict(JSON, **headers))
                self.assert_refused((403, "forbidden"), status, data)
        status, _, data = self.ask("GET", "/", None, {"Host": "evil.example"})
        self.assert_refused((403, "forbidden"), status, data)
        for headers in [{"Host": f"localhost:{port}"},
                        {"Origin": f"http://127.0.0.1:{port}",
                         "Sec-Fetch-Site": "same-origin"}]:
            status, _, data = self.ask("POST", post, '{"prompt":"x"}',
                                       dict(JSON, **headers))
            self.assertEqual(status, 201, data)

    def test_paths_lead_nowhere_else(self):
        for path in ["/../main.c", "/%2e%2e/main.c", "/api/generations/",
                     "/api/generations//gif", "/api/generations/x/../y",
                     "/top/visioncraft/web/app.js", "/index.html"]:
            with self.subTest(path=path):
                self.assertIn(self.ask("GET", path)[0], (400, 404))
        self.assertEqual(self.ask("PUT", "/", "x")[0], 405)
        self.assertEqual(self.ask("DELETE", "/api/options")[0], 405)


class Generation(Case):
    mock_args = ["--size", "65x47", "--frames", "5"]

    def test_one_generation_gives_all_formats(self):
        before = self.setup.relay.n_posts
        prompt = 'a "fox" ! filesink location=/tmp/x.gif \\ \' é 狐'
        job = self.setup.submit(prompt, negative_prompt="cartoon",
                                sampler="DDIM", cfg_scale=3, steps=7)
        events = self.setup.events(job)
        order = ["queued", "generating", "downloading", "streaming", "done"]
        states = [order.index(e["state"]) for e in events]
        self.assertEqual(states, sorted(states))
        done = events[-1]
        self.assertEqual(
            [done[k] for k in ["state", "prompt", "negative_prompt", "sampler",
                               "cfg_scale", "steps", "width", "height"]],
            ["done", prompt, "cartoon", "DDIM", 3, 7, 65, 47])

        files = {}
        for what in ["video", "gif", "mp4", "webm", "mp4", "webm"]:
            status, headers, files[what] = self.ask(
                "GET", f"/api/generations/{job}/{what}")
            self.assertEqual(status, 200)
        self.assertEqual(sum(gif_delays(files["gif"])), done["duration_ms"])
        self.assertEqual(len(cut_comment(files["gif"])[1]), done["gif_bytes"])
        self.assertEqual(headers["Content-Disposition"],
                         'attachment; filename="'
                         'a-fox-filesink-location-tmp-x-gif-e.webm"')
        for what in ["video", "mp4", "webm"]:
            with self.subTest(what=what):
                self.assert_lasts(files[what], done["duration_ms"])
        for what in ["video", "mp4"]:
            self.assertEqual(size_of_video(files[what]), (64, 46))
        self.assertLess(files["mp4"].index(b"moov"), files["mp4"].index(b"mdat"))
        self.assertEqual(self.setup.relay.n_posts, before + 1)

    def assert_lasts(self, data, expected_ms):
        probe = subprocess.run(
            ["ffprobe", "-v", "error", "-i", "pipe:0", "-show_entries",
             "format=duration", "-of", "json"],
            input=data, capture_output=True, check=True, timeout=60)
        seconds = json.loads(probe.stdout)["format"].get("duration")
        self.assertAlmostEqual(float(seconds), expected_ms / 1000, delta=0.011)

    def test_finished_media_are_sent_in_ranges(self):
        job = self.setup.submit("a fox")
        self.setup.events(job)
        whole = self.ask("GET", f"/api/generations/{job}/video")[2]
        status, headers, part = self.ask(
            "GET", f"/api/generations/{job}/video", None,
            {"Range": "bytes=100-299"})
        self.assertEqual((status, part), (206, whole[100:300]))
        self.assertEqual(headers["Content-Range"],
                         f"bytes 100-299/{len(whole)}")

    def test_a_failure_has_a_kind_for_the_page(self):
        for fault, kind, detail in [
                ("403", "key", "Forbidden"),
                ("banned", "key", None),
                ("paid-plan", "plan", None),
                ("429 retry-after=1", "busy", None),
                ("detail-list", "parameter", None),
                ("500", "service", None),
                ("json-truncated", "reply", None),
                ("images-empty", "reply", None),
                ("address-missing", "unreachable", None)]:
            with self.subTest(fault=fault):
                last = self.generate(f"x fault:{fault}")
                self.assertEqual((last["state"], last["error"]["kind"]),
                                 ("failed", kind))
                if detail:
                    self.assertEqual(last["error"]["detail"], detail)
                self.assertNotIn(KEY, json.dumps(last))

    def test_a_key_that_the_service_repeats_stays_here(self):
        for fault in ["token-echo", "token-echo-200", "token-echo-html"]:
            last = self.generate(f"x fault:{fault}")
            self.assertEqual(last["state"], "failed")
            self.assertNotIn(KEY, json.dumps(last))

    def test_damage_is_reported_and_shown_as_far_as_it_goes(self):
        last = self.generate("x fault:gif-truncated")
        self.assertEqual((last["state"], last.get("damaged")), ("done", True))


def first_pixels(video, size):
    """The first picture's pixels as RGB."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-frames:v", "1", "-f",
         "rawvideo", "-pix_fmt", "rgb24", "pipe:1"],
        input=video, capture_output=True, check=True, timeout=60)
    assert len(done.stdout) == 3 * size[0] * size[1], len(done.stdout)
    return [done.stdout[i:i + 3] for i in range(0, len(done.stdout), 3)]


class Pictures(Case):
    """GIFs of our own instead of the mock's."""

    def serve(self, gif):
        """An address where it is."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "image/gif")
                self.send_header("Content-Length", str(len(gif)))
                self.end_headers()
                self.wfile.write(gif)

            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}/x.gif"

    def generate_from(self, gif):
        address = self.serve(gif)
        last = self.generate(f"x fault:address address={address}")
        self.assertEqual(last["state"], "done", last)
        return [self.ask("GET", f"/api/generations/{last['id']}/{what}")[2]
                for what in ["gif", "video", "mp4", "webm"]]

    def test_transparent_is_white_and_an_odd_edge_goes(self):
        original = make_gif(41, 33, [70, 30])
        gif, *videos = self.generate_from(original)
        self.assertEqual(cut_comment(gif)[1], original)
        for video in videos:
            pixels = first_pixels(video, (40, 32))
            red, white = pixels[40 * 16 + 5], pixels[40 * 16 + 35]
            # FFmpeg takes every video for BT.601; the browser's test is exact.
            self.assertTrue(red[0] > 220 and max(red[1:]) < 30, red)
            self.assertGreater(min(white), 240, white)

    def test_any_size_becomes_a_video(self):
        for size in [(1, 1), (1, 8), (40, 1), (17, 3)]:
            with self.subTest(size=size):
                for video in self.generate_from(make_gif(*size, [10, 10]))[1:]:
                    first_pixels(video, [max(n - n % 2, 16) for n in size])


class Queue(Case):
    web_args = ["--max-jobs", "2", "--max-queue", "2", "--gallery", "2"]
    mock_args = ["--size", "64x64", "--frames", "3"]

    def tearDown(self):
        self.setup.relay.release()

    def has_ended(self, job):
        """Done, or so long ago that newer ones have taken its place."""
        status, _, data = self.ask("GET", f"/api/generations/{job}")
        return status == 404 or json.loads(data)["state"] == "done"

    def test_jobs_wait_and_the_queue_has_an_end(self):
        self.setup.relay.hold()
        jobs, streams = [], []
        for i in range(4):
            jobs.append(self.setup.submit(f"fox {i}"))
            streams.append(self.setup.open_stream(
                f"/api/generations/{jobs[-1]}/events"))
            if i < 2:
                wait_until(lambda: self.setup.state(jobs[-1])["state"] ==
                           "generating", 10, "a free place is taken")
        wait_until(lambda: [self.setup.state(j).get("before") for j in jobs]
                   == [None, None, 0, 1], 10, "two wait")
        status, _, data = self.ask("POST", "/api/generations", {"prompt": "x"})
        self.assert_refused((503, "queue-full"), status, data)

        self.ask("DELETE", f"/api/generations/{jobs[2]}")
        wait_until(lambda: self.setup.state(jobs[3]).get("before") == 0, 10,
                   "the last one moves up")
        self.setup.relay.release()
        for i in [0, 1, 3]:
            wait_until(lambda: self.has_ended(jobs[i]), 20, f"job {i} is done")
        for s in streams:
            s.close()

    def test_only_the_latest_are_kept(self):
        jobs = [self.setup.submit(f"cat {i}") for i in range(3)]
        for job in jobs:
            self.setup.events(job)
        listed = json.loads(self.ask("GET", "/api/generations")[2])
        kept = {item["id"] for item in listed["generations"]}
        self.assertEqual(len(kept), 2)
        for job in jobs:
            self.assertEqual(self.ask("GET", f"/api/generations/{job}/gif")[0],
                             200 if job in kept else 404)

    def test_who_cancels_frees_the_connection_to_the_service(self):
        wait_until(lambda: self.setup.relay.n_open() == 0, 20, "all is quiet")
        self.setup.relay.hold()
        job = self.setup.submit("a fox")
        wait_until(lambda: self.setup.relay.n_open() == 1, 10, "it is asked")
        status, _, data = self.ask("GET", f"/api/generations/{job}/gif")
        self.assert_refused((409, "unfinished"), status, data)
        self.assertEqual(self.ask("DELETE", f"/api/generations/{job}")[0], 204)
        self.assertEqual(self.setup.state(job)["state"], "canceled")
        wait_until(lambda: self.setup.relay.n_open() == 0, 10, "it is left")

    def test_a_generation_that_nobody_watches_ends(self):
        self.setup.relay.hold()
        job = self.setup.submit("a fox")
        wait_until(lambda: self.setup.state(job)["state"] == "canceled", 20,
                   "it ends")


class Streaming(Case):
    mock_args = ["--size", "512x512", "--frames", "250", "--delay-cs", "4"]

    def test_the_video_comes_while_it_is_encoded(self):
        job = self.setup.submit("a fox")
        s = self.setup.open_stream(f"/api/generations/{job}/video")
        read_until(s, b"moof")
        self.assertEqual(self.setup.state(job)["state"], "streaming")
        s.close()
        # Nobody watches any more.
        wait_until(lambda: self.setup.state(job)["state"]
                   in ("canceled", "done"), 30, "it ends")


class Rate(Case):
    web_args = ["--rate", "2"]
    mock_args = ["--size", "64x64", "--frames", "3"]

    def test_an_address_that_asks_too_often_has_to_wait(self):
        for _ in range(2):
            self.assertEqual(self.generate("a fox")["state"], "done")
        status, headers, data = self.ask("POST", "/api/generations",
                                         {"prompt": "x"})
        self.assert_refused((429, "rate"), status, data)
        wait = int(headers["Retry-After"])
        self.assertTrue(1 <= wait <= 30, wait)
        self.assertEqual(error_of(data)["retry_after"], wait)


class Ending(unittest.TestCase):
    def test_it_ends_cleanly_in_the_middle_of_everything(self):
        with Setup(["--max-jobs", "2"], ["--frames", "250"]) as setup:
            done = setup.submit("a fox")
            self.assertEqual(setup.events(done)[-1]["state"], "done")
            streaming = setup.submit("a cat")
            sockets = [setup.open_stream(f"/api/generations/{streaming}/video")]
            read_until(sockets[0], b"moof")
            sockets.append(setup.open_request(f"/api/generations/{done}/webm"))
            setup.relay.hold()
            for i in range(3):
                job = setup.submit(f"dog {i}")
                sockets.append(setup.open_stream(
                    f"/api/generations/{job}/events"))
        # Leaving the block has ended it, and checked its exit status.
        for s in sockets:
            s.close()

    def test_it_listens_on_ipv6_too(self):
        with Setup() as setup:
            web = Process([setup.web.popen.args[0], "--port", "0", "--listen",
                           "::1", "--api-url", "http://127.0.0.1:9"],
                          dict(setup.env, VISIONCRAFT_TOKEN=KEY))
            try:
                self.assertTrue(web.url.startswith("http://[::1]:"), web.url)
                for host, status in [("[::1]", 200), ("evil.example", 403)]:
                    connection = http.client.HTTPConnection("::1", web.port)
                    connection.request("GET", "/", None, {"Host": host})
                    self.assertEqual(connection.getresponse().status, status)
                    connection.close()
            finally:
                web.stop()


class CommandLine(unittest.TestCase):
    def run_web(self, *args, **environment):
        with Setup() as setup:
            env = dict(setup.env, **environment)
            return subprocess.run([setup.web.popen.args[0], *args], env=env,
                                  capture_output=True, text=True, timeout=60)

    def test_help_names_the_options(self):
        text = self.run_web("--help").stdout
        for option in ["--port", "--listen", "--max-jobs", "--api-url",
                       "--token-file", "--rate", "--gallery"]:
            self.assertIn(option, text)

    def test_nonsense_is_refused_with_a_sentence(self):
        for args, word in [(["--max-jobs", "0"], "--max-jobs"),
                           (["--port", "70000"], "--port"),
                           (["--gallery", "-1"], "--gallery"),
                           (["--gallery-dir", ""], "--gallery-dir must"),
                           (["--api-url", ""], "--api-url must"),
                           (["--listen", "somewhere"], "somewhere"),
                           (["extra"], "extra"),
                           (["--token-file", "/nonexistent"], "/nonexistent")]:
            with self.subTest(args=args):
                done = self.run_web(*args, VISIONCRAFT_TOKEN="x",
                                    VISIONCRAFT_API_URL="http://127.0.0.1:9")
                self.assertEqual(done.returncode, 1)
                self.assertIn(word, done.stderr)

    def test_without_a_key_it_does_not_start(self):
        done = self.run_web()
        self.assertEqual(done.returncode, 1)
        self.assertIn("VISIONCRAFT_TOKEN", done.stderr)

    def test_without_the_service_the_usual_samplers_are_offered(self):
        with Setup() as setup:
            env = dict(setup.env, VISIONCRAFT_TOKEN=KEY)
            web = Process([setup.web.popen.args[0], "--port", "0",
                           "--api-url", "http://127.0.0.1:9"], env)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", web.port)
                connection.request("GET", "/api/options")
                options = json.loads(connection.getresponse().read())
                connection.close()
            finally:
                log = web.stop()
        self.assertFalse(options["samplers_current"])
        self.assertEqual(options["samplers"][0], "Euler")
        self.assertGreater(len(options["samplers"]), 10)
        self.assertIn("samplers", log)

    def test_what_clients_write_does_not_garble_the_log(self):
        garbage = ["%1b[31m", "%0aGET", "%c2%85", "%c2%9b", "%e2%80%a8", "%e2%80%ae",
                   "%e2%81%a6", "%e2%80%8b", "%ff%fe", "%00"]
        with Setup() as setup:
            env = dict(setup.env, VISIONCRAFT_TOKEN=KEY)
            web = Process([setup.web.popen.args[0], "--port", "0",
                           "--api-url", "http://127.0.0.1:9"], env)
            try:
                for text in garbage:
                    connection = http.client.HTTPConnection("127.0.0.1", web.port)
                    connection.request("GET", f"/a{text}b")
                    self.assertIn(connection.getresponse().status, (400, 404))
                    connection.close()
            finally:
                log = web.stop()
        self.assertGreaterEqual(log.count("/a"), len(garbage) - 1, log)
        for line in log.splitlines():
            self.assertTrue(line.isprintable(), repr(line))


if __name__ == "__main__":
    unittest.main(verbosity=2)
