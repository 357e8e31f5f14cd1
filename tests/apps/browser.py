# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's Chromium by Selenium, with what the tests say in a word."""

import shutil
import tempfile

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

__all__ = ["Browser", "Keys"]

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--autoplay-policy=no-user-gesture-required",
         # Without a GPU the compositor may rest; videos must go on.
         "--disable-renderer-backgrounding",
         "--disable-background-timer-throttling",
         "--disable-backgrounding-occluded-windows"]

LIMIT_S = 60


class Browser:
    """One headless Chromium with a fresh profile; a context manager."""

    def __init__(self, size=(1200, 900), flags=()):
        self.profile = tempfile.mkdtemp(prefix="visioncraft-chromium-")
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in [*FLAGS, *flags, f"--window-size={size[0]},{size[1]}",
                     f"--user-data-dir={self.profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        try:
            # With the path, Selenium looks for no driver on the network.
            self.driver = webdriver.Chrome(
                service=Service("/usr/bin/chromedriver"), options=options)
        except BaseException:
            shutil.rmtree(self.profile, ignore_errors=True)
            raise
        self.driver.set_script_timeout(LIMIT_S)
        self.driver.set_page_load_timeout(LIMIT_S)
        self.version = self.driver.capabilities["browserVersion"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    # --- Pages ---

    def open(self, url):
        self.driver.get(url)

    def reload(self):
        self.driver.refresh()

    def run(self, script, *args):
        """What the body of a function returns, given its arguments."""
        return self.driver.execute_script(script, *args)

    def run_async(self, script, *args):
        """What the script gives to the function that is its last argument."""
        return self.driver.execute_async_script(script, *args)

    def wait(self, script, *args):
        """The first true value of an expression, looked at again and again in
        the page itself."""
        return self.run_async("""
            const done = arguments[arguments.length - 1];
            const look = () => {
              const value = (%s);
              value ? done(value) : setTimeout(look, 20);
            };
            look();""" % script, *args)

    def type(self, css, text):
        self.driver.find_element(By.CSS_SELECTOR, css).send_keys(text)

    def click(self, css):
        self.driver.find_element(By.CSS_SELECTOR, css).click()

    def press(self, *keys):
        """All keys down in this order, and up again."""
        actions = ActionChains(self.driver)
        for key in keys:
            actions.key_down(key)
        for key in reversed(keys):
            actions.key_up(key)
        actions.perform()

    def log(self):
        """What the page wrote to the console, its errors included."""
        return self.driver.get_log("browser")

    def emulate(self, command, params):
        """A command of Chromium's own protocol."""
        return self.driver.execute_cdp_cmd(command, params)

    # --- Tabs ---

    def new_tab(self):
        self.driver.switch_to.new_window("tab")
        return self.driver.current_window_handle

    def switch_to(self, tab):
        self.driver.switch_to.window(tab)

    def close_tab(self, then):
        self.driver.close()
        self.switch_to(then)

    def current_tab(self):
        return self.driver.current_window_handle
