# SPDX-License-Identifier: LGPL-2.1-or-later
"""What visioncraft-web keeps: in --gallery-dir, after a restart, in downloads."""

import json
import os
import stat
import subprocess
import tempfile
import unittest

from harness import Setup, cut_comment, wait_until

MOCK = ["--size", "64x48", "--frames", "3"]
SETTINGS = {"negative_prompt": "text", "sampler": "DDIM", "cfg_scale": 3,
            "steps": 7}


def tags_of(data):
    """The tags of a file, by ffprobe."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-i", "pipe:0", "-show_entries",
         "format_tags:stream_tags", "-of", "json"],
        input=data, capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    return {name.lower(): value for part in [found["format"], *found["streams"]]
            for name, value in part.get("tags", {}).items()}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="visioncraft-gallery-")
        self.addCleanup(folder.cleanup)
        self.folder = os.path.join(folder.name, "kept")

    def start(self, *args, env=None):
        setup = Setup(["--gallery-dir", self.folder, *args], MOCK)
        self.addCleanup(setup.__exit__, None, None, None)
        self.setup = setup
        self.ask = setup.ask

    def restart(self, *args):
        """The same folder, another server, a service that is gone."""
        self.web = self.setup.start_web(
            "--gallery-dir", self.folder, "--api-url", "http://127.0.0.1:9",
            "--token-file", os.path.join(self.setup.folder, "key"), *args)
        self.addCleanup(self.web.stop)
        self.setup.web, self.first = self.web, self.setup.web
        self.addCleanup(setattr, self.setup, "web", self.first)

    def done(self, prompt, **settings):
        last = self.setup.events(self.setup.submit(prompt, **settings))[-1]
        self.assertEqual(last["state"], "done", last)
        return last

    def listed(self):
        return json.loads(self.ask("GET", "/api/generations")[2])["generations"]

    def files(self, job):
        return {what: self.ask("GET", f"/api/generations/{job}/{what}")
                for what in ["gif", "video", "poster", "mp4"]}


class Kept(Case):
    def test_history_is_there_after_a_restart(self):
        self.start()
        one = self.done("a fox é 狐", **SETTINGS)
        two = self.done("a cat")
        before = {job["id"]: self.files(job["id"]) for job in (one, two)}
        names = {name.rsplit(".", 1)[1] for name in os.listdir(self.folder)}
        self.assertEqual(names, {"gif", "json", "mp4", "page"})
        self.assertEqual(stat.S_IMODE(os.stat(self.folder).st_mode), 0o700)
        for name in os.listdir(self.folder):
            mode = os.stat(os.path.join(self.folder, name)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600, name)

        self.restart()
        self.assertEqual(self.listed(), [two, one])
        for job in (one, two):
            self.assertEqual(self.setup.state(job["id"]), job)
            for what, (status, headers, data) in self.files(job["id"]).items():
                self.assertEqual(status, 200, what)
                old = before[job["id"]][what]
                self.assertEqual(headers["Content-Type"], old[1]["Content-Type"])
                if what in ("gif", "video"):
                    self.assertEqual(data, old[2])
        part = self.ask("GET", f"/api/generations/{one['id']}/video", None,
                        {"Range": "bytes=0-3"})
        self.assertEqual(part[0], 206)

    def test_each_click_makes_a_new_picture(self):
        self.start()
        jobs = [self.done("a fox") for _ in range(2)]
        self.setup.relay.hold()
        held = [self.setup.submit("a fox") for _ in range(2)]
        wait_until(lambda: self.setup.relay.n_posts == 4, 20, "both are asked")
        self.setup.relay.release()
        for job in held:
            wait_until(lambda: self.setup.state(job)["state"] == "done", 20, job)
        self.assertEqual(self.setup.relay.n_posts, 4)
        self.assertEqual(len(self.listed()), 4)
        self.assertEqual(
            len([n for n in os.listdir(self.folder) if n.endswith(".gif")]), 4)
        self.assertNotIn(jobs[0]["id"], held)

    def test_without_a_folder_nothing_is_kept_whatever_the_environment_says(self):
        self.start()
        web = self.setup.start_web(
            "--api-url", self.setup.relay.url, "--rate", "0", "--token-file",
            os.path.join(self.setup.folder, "key"),
            env={"VISIONCRAFT_CACHE_DIR": self.folder})
        self.addCleanup(web.stop)
        first, self.setup.web = self.setup.web, web
        self.addCleanup(setattr, self.setup, "web", first)
        for _ in range(2):
            self.done("a fox")
        self.assertEqual(self.setup.relay.n_posts, 2)
        self.assertEqual(os.listdir(self.folder), [])

    def test_what_is_deleted_is_gone_from_the_disk(self):
        self.start()
        one, two = self.done("a fox"), self.done("a cat")
        self.ask("GET", f"/api/generations/{one['id']}/poster")
        for expected in (204, 404):
            self.assertEqual(
                self.ask("DELETE", f"/api/generations/{one['id']}")[0], expected)
        self.assertEqual([job["id"] for job in self.listed()], [two["id"]])
        self.assertEqual(self.ask("GET", f"/api/generations/{one['id']}/gif")[0],
                         404)
        self.assertEqual(len(os.listdir(self.folder)), 4)
        self.restart()
        self.assertEqual(self.listed(), [two])
        self.ask("DELETE", f"/api/generations/{two['id']}")
        self.assertEqual(os.listdir(self.folder), [])

    def test_only_so_many_are_listed_and_all_are_kept(self):
        self.start("--gallery", "2")
        jobs = [self.done(f"fox {i}") for i in range(7)]
        self.assertEqual(self.listed(), [jobs[6], jobs[5]])
        for job in jobs:
            for what, (status, _, data) in self.files(job["id"]).items():
                self.assertEqual((status, bool(data)), (200, True), what)

    def test_what_other_programs_kept_is_shown_too(self):
        self.start()
        job = self.done("a fox", **SETTINGS)
        for name in os.listdir(self.folder):
            if name.endswith((".mp4", ".page")):
                os.unlink(os.path.join(self.folder, name))
        self.restart()
        [found] = self.listed()
        self.assertEqual({k: found[k] for k in SETTINGS}, SETTINGS)
        self.assertEqual(found["prompt"], "a fox")
        self.assertRegex(found["id"], "^[0-9a-f]{32}$")
        self.assertNotIn("width", found)
        for what, (status, _, data) in self.files(found["id"]).items():
            self.assertEqual((status, bool(data)), (200, True), what)
        self.assertEqual(found["gif_bytes"], job["gif_bytes"])

    def test_damaged_files_are_passed_over(self):
        self.start()
        job = self.done("a fox")
        [stem] = [name[:-4] for name in os.listdir(self.folder)
                  if name.endswith(".gif")]
        for name, text in [("x.json", "{"), ("y.json", "[]"), ("z.page", "{}"),
                           ("0.json", '{"parameters":{}}'),
                           (stem + ".page", '{"id":"../../etc/passwd"}'),
                           (stem + ".mp4", "")]:
            with open(os.path.join(self.folder, name), "w") as f:
                f.write(text)
        self.restart()
        [found] = self.listed()
        self.assertEqual(found["id"], stem[:32])
        self.assertEqual(self.files(found["id"])["video"][0], 200)
        self.assertEqual(found["gif_bytes"], job["gif_bytes"])

    def test_the_service_managers_folder_is_the_default(self):
        # With DynamicUser it is a link.
        os.mkdir(self.folder + "-private", 0o700)
        os.symlink(os.path.basename(self.folder) + "-private", self.folder)
        self.start()
        self.done("a fox")
        self.assertEqual(len(os.listdir(self.folder)), 4)
        web = self.setup.start_web(
            "--api-url", "http://127.0.0.1:9", "--token-file",
            os.path.join(self.setup.folder, "key"),
            env={"STATE_DIRECTORY": f"{self.folder}:/elsewhere"})
        self.addCleanup(web.stop)
        first, self.setup.web = self.setup.web, web
        self.addCleanup(setattr, self.setup, "web", first)
        self.assertEqual(len(self.listed()), 1)

    def test_a_folder_that_cannot_be_used_is_said_at_once(self):
        self.start()
        done = subprocess.run(
            [os.environ["TEST_PROGRAM"], "--port", "0", "--api-url",
             "http://127.0.0.1:9", "--gallery-dir", "/proc/nowhere"],
            env=dict(self.setup.env, VISIONCRAFT_TOKEN="x"),
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/proc/nowhere", done.stderr)


class Files(Case):
    def test_prompt_and_settings_are_in_downloads(self):
        self.start()
        prompt = "a fox, é 狐, " + "very " * 40 + "long"
        job = self.done(prompt, **SETTINGS)["id"]
        for what in ["mp4", "webm"]:
            with self.subTest(what=what):
                tags = tags_of(
                    self.ask("GET", f"/api/generations/{job}/{what}")[2])
                self.assertEqual(tags["title"], prompt)
                # matroskamux 1.22 has no place for the rest.
                if what == "webm":
                    continue
                for part in ["DDIM", "cfg-scale 3", "steps 7", "text"]:
                    self.assertIn(part, tags["comment"])
        comment, gif = cut_comment(
            self.ask("GET", f"/api/generations/{job}/gif")[2])
        self.assertEqual(
            comment.decode().split("\n"),
            ["Prompt: " + prompt, "Comment: AI-generated by VisionCraft; sampler "
             "DDIM; cfg-scale 3; steps 7; negative prompt: text"])
        [kept] = [os.path.join(self.folder, name)
                  for name in os.listdir(self.folder) if name.endswith(".gif")]
        with open(kept, "rb") as f:
            self.assertEqual(f.read(), gif)

    def test_a_poster_is_the_first_picture(self):
        self.start()
        job = self.done("a fox")["id"]
        status, headers, data = self.ask("GET", f"/api/generations/{job}/poster")
        self.assertEqual((status, headers["Content-Type"]), (200, "image/jpeg"))
        self.assertIsNone(headers["Content-Disposition"])
        self.assertEqual(data[:3], b"\xff\xd8\xff")
        # It does not wait for a place among generations.
        other = self.done("a cat")["id"]
        self.setup.relay.hold()
        for _ in range(3):
            self.setup.submit("x")
        self.assertEqual(
            self.ask("GET", f"/api/generations/{other}/poster")[0], 200)
        self.setup.relay.release()

    def test_each_picture_has_a_page(self):
        self.start()
        page = self.ask("GET", "/")[2]
        status, headers, data = self.ask("GET", "/g/" + "0" * 32)
        self.assertEqual((status, headers["Content-Type"]),
                         (200, "text/html; charset=utf-8"))
        self.assertEqual(data.replace(b'<base href="../">',
                                      b'<base href="./">', 1), page)
        self.assertEqual(self.ask("GET", "/g/x/y")[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
