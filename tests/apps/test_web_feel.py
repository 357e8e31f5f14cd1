# SPDX-License-Identifier: LGPL-2.1-or-later
"""What using the page is like, in headless Chromium."""

import os
import tempfile
import unittest

from browser import Keys
from fixture import wait_until
from test_web_browser import DONE, READY, VIEW, Case

TEXT = "document.getElementById('%s').textContent"
CAPTION = TEXT % "caption"
MOCK = ["--size", "64x64", "--frames", "3"]


class Feel(Case):
    mock_args = MOCK

    def setUp(self):
        self.open_page()
        self.browser.run("sessionStorage.clear()")

    def tearDown(self):
        b = self.browser
        self.setup.relay.release()
        b.emulate("Network.disable", {})
        b.emulate("Emulation.setEmulatedMedia", {"features": []})
        b.emulate("Emulation.clearDeviceMetricsOverride", {})
        b.open("about:blank")

    def text(self, id):
        return self.browser.run("return " + TEXT % id)

    def wait_asked(self, n):
        wait_until(lambda: self.setup.relay.n_posts == n, 20, "it is asked")

    def make(self, prompt):
        self.submit(prompt)
        self.browser.wait(f"{DONE} && {CAPTION} === arguments[0]", prompt)


class Sending(Feel):
    def test_a_click_shows_at_once_what_was_asked(self):
        b = self.browser
        b.run("document.getElementById('prompt').value = 'a slow fox'")
        # Before any reply, in the click itself.
        self.assertEqual(b.run(
            "document.getElementById('generate').click();"
            f"return [{VIEW}, {TEXT % 'working-text'},"
            f" {TEXT % 'working-prompt'}, document.activeElement.id]"),
            ["working", "Sending…", "a slow fox", "stage"])
        b.wait(DONE)

    def test_a_reload_finds_it_again(self):
        b = self.browser
        posts = self.setup.relay.n_posts + 1
        self.setup.relay.hold()
        self.submit("a patient fox")
        b.wait(f"{TEXT % 'working-text'} === 'Generating…'")
        self.wait_asked(posts)
        b.reload()
        b.wait(f"{VIEW} === 'working' && {TEXT % 'working-prompt'} ==="
               " 'a patient fox'")
        self.setup.relay.release()
        b.wait(f"{DONE} && {CAPTION} === 'a patient fox'")
        self.assertEqual(self.setup.relay.n_posts, posts)

    def test_prompts_queue_behind_the_one_under_way(self):
        b = self.browser
        posts = self.setup.relay.n_posts
        self.setup.relay.hold()
        self.submit("one")
        b.wait(f"{TEXT % 'generate-text'} === 'Queue'")
        for prompt in ["two", "three", "four"]:
            self.submit(prompt)
        items = "[...document.querySelectorAll('#next-list span')]" \
                ".map((s) => s.textContent).join()"
        self.assertEqual(b.run("return " + items), "two,three,four")
        b.click("#next-list li:nth-child(2) button")
        b.wait(f"{items} === 'two,four'")
        # They are still there after a reload.
        b.reload()
        b.wait(f"{VIEW} === 'working' && {items} === 'two,four'")
        self.setup.relay.release()
        b.wait(f"{DONE} && {CAPTION} === 'four'")
        self.assertTrue(b.run("return document.getElementById('next').hidden"))
        self.assertEqual(self.setup.relay.n_posts, posts + 3)

    def test_after_an_error_the_queue_waits_to_be_told(self):
        b = self.browser
        posts = self.setup.relay.n_posts
        self.setup.relay.hold()
        self.submit("x fault:403")
        self.wait_asked(posts + 1)
        self.submit("two")
        self.setup.relay.release()
        b.wait(f"{VIEW} === 'error' && document.getElementById('next-go')"
               ".checkVisibility()")
        self.assertEqual(self.setup.relay.n_posts, posts + 1)
        b.click("#next-go")
        b.wait(f"{DONE} && {CAPTION} === 'two'")

    def test_escape_cancels(self):
        b = self.browser
        self.setup.relay.hold()
        self.submit("a fox")
        wait_until(lambda: self.setup.relay.n_open() == 1, 10, "it is asked")
        b.press(Keys.ESCAPE)
        b.wait(f"{VIEW} === 'error' && {TEXT % 'error-title'} === 'Canceled'")
        self.assertEqual(b.run("return document.activeElement.id"), "prompt")
        wait_until(lambda: self.setup.relay.n_open() == 0, 10, "it is left")
        # Where nothing runs it does nothing.
        self.setup.relay.release()
        self.make("a cat")
        b.press(Keys.ESCAPE)
        self.assertTrue(b.run(f"return {DONE} !== null"))

    def test_the_title_says_in_another_tab_that_it_is_done(self):
        b = self.browser
        self.setup.relay.hold()
        self.submit("a fox")
        b.wait("/^\\d+ s · /.test(document.title)")
        b.run("Object.defineProperty(document, 'hidden',"
              " { value: true, configurable: true })")
        self.setup.relay.release()
        b.wait(DONE)
        self.assertEqual(b.run("return document.title"),
                         "✓ Ready · VisionCraft")
        b.run("delete document.hidden;"
              "document.dispatchEvent(new Event('visibilitychange'))")
        self.assertEqual(b.run("return document.title"), "VisionCraft")


class Connection(Feel):
    def cut(self, offline):
        self.browser.emulate("Network.enable", {})
        self.browser.emulate("Network.emulateNetworkConditions", {
            "offline": offline, "latency": 0, "downloadThroughput": -1,
            "uploadThroughput": -1})

    def test_a_cut_connection_comes_back(self):
        b = self.browser
        # Chromium's switch does not cut what is open: the page's own is.
        b.emulate("Page.addScriptToEvaluateOnNewDocument", {"source": """
            window.sources = [];
            const Own = EventSource;
            window.EventSource = class extends Own {
              constructor(...args) { super(...args); sources.push(this); }
            };"""})
        self.open_page()
        posts = self.setup.relay.n_posts + 1
        self.setup.relay.hold()
        self.submit("a fox")
        b.wait(f"{TEXT % 'working-text'} === 'Generating…'")
        self.wait_asked(posts)
        self.cut(True)
        b.run("const source = sources.at(-1); source.close();"
              "source.dispatchEvent(new Event('error'))")
        b.wait(f"{TEXT % 'working-hint'}.includes('Reconnecting')")
        self.assertEqual(b.run(f"return {VIEW}"), "working")
        self.cut(False)
        b.wait("sources.length > 1 && sources.at(-1).readyState === 1")
        self.setup.relay.release()
        b.wait(DONE)
        self.assertEqual(self.setup.relay.n_posts, posts)

    def test_heartbeats_are_heard(self):
        """They are events: comments would not reach the page."""
        self.setup.relay.hold()
        job = self.setup.submit("x")
        s = self.setup.open_stream(f"/api/generations/{job}/events")
        s.settimeout(30)
        got = b""
        while b"event: heartbeat\ndata:1\n\n" not in got:
            piece = s.recv(4096)
            self.assertTrue(piece)
            got += piece
        s.close()

    def test_a_gallery_leaves_connections_free(self):
        b = self.browser
        for i in range(8):
            self.setup.events(self.setup.submit(f"fox {i}"))
        self.open_page()
        b.wait("document.querySelectorAll('#cards img').length >= 8")
        self.assertEqual(b.run(
            "return performance.getEntriesByType('resource')"
            ".filter((e) => e.name.endsWith('/video')).length"), 0)
        self.assertEqual(b.run(
            "return document.querySelectorAll('#cards video').length"), 0)
        # Under the focus it moves, and afterwards it is let go.
        b.run("document.querySelector('#cards button').focus()")
        b.wait("document.querySelector('#cards video')?.currentTime > 0")
        b.run("document.querySelector('#cards button').blur()")
        b.wait("!document.querySelector('#cards video')")


class Result(Feel):
    def test_a_long_caption_leaves_save_on_the_screen(self):
        b = self.browser
        self.make("word " * 399 + "end")
        for width, height in [(1200, 800), (390, 844), (1280, 720)]:
            b.emulate("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": height, "deviceScaleFactor": 1,
                "mobile": width < 500})
            b.run("document.getElementById('stage').scrollIntoView("
                  "{ block: 'start' })")
            self.assertLess(b.run(
                "return document.getElementById('saves')"
                ".getBoundingClientRect().bottom"), height)

    def test_reduced_motion_starts_nothing(self):
        b = self.browser
        b.emulate("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-reduced-motion", "value": "reduce"}]})
        self.open_page()
        b.run("window.played = 0; document.addEventListener('playing',"
              " () => played++, true)")
        self.make("a still fox")
        self.assertEqual(b.run(
            "const v = document.getElementById('video');"
            "return [played, v.paused, v.poster.endsWith('/poster'),"
            " document.getElementById('play').textContent]"),
            [0, True, True, "Play"])
        b.run("document.querySelector('#cards button').focus()")
        self.assertEqual(b.run(
            "return document.querySelectorAll('#cards video').length"), 0)
        b.click("#play")
        b.wait("played > 0")

    def test_settings_can_be_used_again(self):
        b = self.browser
        job = self.setup.submit("a fox", negative_prompt="text", sampler="DDIM",
                                cfg_scale=3, steps=7)
        self.setup.events(job)
        b.open(f"{self.setup.web.url}/g/{job}")
        b.wait(f"{READY} === 'yes' && {CAPTION} === 'a fox'")
        b.click("#reuse")
        self.assertEqual(b.run(
            "return ['prompt', 'negative-prompt', 'sampler', 'cfg-scale', 'steps']"
            ".map((id) => document.getElementById(id).value)"),
            ["a fox", "text", "DDIM", "3", "7"])
        self.assertEqual(b.run("return document.activeElement.id"), "prompt")

    def test_a_link_to_it_can_be_copied(self):
        b = self.browser
        self.make("a fox")
        b.emulate("Browser.grantPermissions", {
            "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        b.click("#copy")
        b.wait(f"{TEXT % 'copy'} === 'Copied'")
        link = b.run_async(
            "navigator.clipboard.readText().then(arguments[0])")
        self.assertRegex(link, r"^http://127\.0\.0\.1:\d+/g/[0-9a-f]{32}$")
        b.open(link)
        b.wait(f"{CAPTION} === 'a fox'")

    def test_deleting_is_asked_twice(self):
        b = self.browser
        self.make("a fox to delete")
        job = b.run("return location.pathname.slice(3)")
        b.click("#delete")
        self.assertEqual(self.text("delete"), "Really delete?")
        self.assertEqual(self.setup.state(job)["state"], "done")
        # Who goes elsewhere has not said yes.
        b.run("document.getElementById('delete').blur()")
        self.assertEqual(self.text("delete"), "Delete")
        b.click("#delete")
        b.click("#delete")
        b.wait(f"{VIEW} === 'empty'")
        b.wait("![...document.querySelectorAll('#cards button')].some("
               "(c) => c.dataset.id === arguments[0])", job)
        self.assertEqual(self.setup.ask("GET", f"/api/generations/{job}")[0], 404)
        self.assertEqual(b.run("return location.pathname"), "/")


class Kept(Case):
    mock_args = MOCK

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="visioncraft-gallery-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.web_args = ["--gallery-dir", os.path.join(folder.name, "kept")]
        super().setUpClass()

    def test_what_is_paid_for_is_kept_though_everybody_left(self):
        b = self.browser
        self.open_page()
        self.setup.relay.hold()
        self.submit("a fox for tomorrow")
        wait_until(lambda: self.setup.relay.n_posts == 1, 10, "it is asked")
        job = b.run("return location.pathname.slice(3)")
        b.open("about:blank")
        # It would be canceled after ten seconds.
        wait_until(lambda: "/events" in self.setup.web.read_log(), 10, "it left")
        waiting = self.setup.submit("nobody asked for this one yet")
        others = [self.setup.submit(f"other {i}") for i in range(2)]
        wait_until(lambda: self.setup.state(others[1])["state"] == "canceled",
                   30, "one that was not asked for is canceled")
        self.setup.relay.release()
        wait_until(lambda: self.setup.state(job)["state"] == "done", 20, "done")
        self.assertIn(self.setup.state(waiting)["state"], ("done", "canceled"))
        self.open_page()
        b.wait("[...document.querySelectorAll('#cards span')].some("
               "(s) => s.textContent === 'a fox for tomorrow')")


if __name__ == "__main__":
    unittest.main(verbosity=2)
