"""What the tests of the page share: a report in headless Chromium.

NANOBRAIN_PAGE names the page without data. Exit status 77: there is no
Playwright or no Chromium here, and standard error says which.
"""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import fixture

SKIPPED = 77
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class PageCase(unittest.TestCase):
    """Each test gets a page of its own, and fails on errors and requests.

    The report stores nothing in a browser: the tests of a class share a context.
    """

    context_options = {"viewport": {"width": 1280, "height": 900}}

    @classmethod
    def setUpClass(cls):
        from playwright.sync_api import sync_playwright
        cls.playwright = sync_playwright().start()
        # Chromium's sandbox refuses to start for root, as in containers.
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        cls.browser = cls.playwright.chromium.launch(
            executable_path=browser_path(), args=root)
        cls.context = cls.browser.new_context(**cls.context_options)
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.playwright.stop()
        cls.folder.cleanup()

    def setUp(self):
        self.report = fixture.make_report()
        self.complaints = []
        self.requests = []
        self.page = self.context.new_page()
        self.addCleanup(self.page.close)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("dialog", lambda d: self.complaints.append(d.message))
        self.page.on("console", lambda m: m.type == "error"
                     and self.complaints.append(m.text))
        self.page.on("request", lambda r: self.requests.append(r.url))

    def tearDown(self):
        self.assertEqual(self.complaints, [])
        elsewhere = [u for u in self.requests
                     if not u.startswith(("file:", "blob:"))]
        self.assertEqual(elsewhere, [])

    def open(self, report=None):
        path = pathlib.Path(self.folder.name) / "report.html"
        path.write_text(fixture.put_into(
            page_text(), self.report if report is None else report))
        self.page.goto(path.as_uri())
        return self.page

    def datasets(self, canvas):
        """Labels and points of what a chart draws."""
        return self.page.evaluate("""(canvas) =>
            Chart.getChart(canvas).data.datasets.map((d) => ({
              label: d.label ?? null, walked: d.walked ?? false,
              stepped: d.stepped ?? false, dash: d.borderDash ?? [],
              points: d.data.map(({x, y, yLow, yHigh, low, high}) =>
                ({x, y, yLow, yHigh, low, high}))}))""", canvas)

    def scale(self, canvas, axis):
        return self.page.evaluate("""([canvas, axis]) => {
            const s = Chart.getChart(canvas).scales[axis];
            return {type: s.type, title: s.options.title.text, min: s.min,
                    max: s.max, ticks: s.ticks.map((t) => t.value)};
            }""", [canvas, axis])

    def rows(self, section):
        """The texts of a table's body."""
        return self.page.evaluate("""(id) =>
            [...document.querySelectorAll(`#${id} tbody tr`)].map((row) =>
              [...row.children].map((cell) => cell.innerText))""", section)

    def headings(self, section):
        return self.page.locator(f"#{section} thead button").all_inner_texts()


def page_text():
    return pathlib.Path(os.environ["NANOBRAIN_PAGE"]).read_text()


def browser_path():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def main():
    """Runs the tests of the calling file, or says why it cannot."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        sys.exit(skip("Playwright for Python is not installed"))
    if browser_path() is None:
        sys.exit(skip("no Chromium in PATH"))
    unittest.main(verbosity=2)


def skip(why):
    print(why, file=sys.stderr)
    return SKIPPED
