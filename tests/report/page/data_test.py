"""What the page is given: hostile text, little data, a server's data."""

import http.server
import json
import threading

import fixture
import page_case


class HostileTest(page_case.PageCase):
    def setUp(self):
        super().setUp()
        self.report = fixture.make_report(hostile=True)
        self.open()

    def test_text_stays_text(self):
        image, script, comment, template, odd = fixture.NAMES
        page = self.page
        self.assertEqual(script, page.inner_text("h1"))
        self.assertIn(image, page.inner_text("#cells"))
        self.assertIn(odd, page.text_content("#cells"))
        self.assertIn(image, page.inner_text("#runs"))  # an error
        self.assertIn(comment, page.inner_text("#facts"))
        page.check("#config-all")
        self.assertIn(script, page.inner_text("#config"))
        page.select_option("#samples-run", self.report["runs"][4]["id"])
        self.assertIn(template, page.inner_text("#samples"))

    def test_nothing_of_it_became_an_element(self):
        self.assertEqual(0, self.page.locator("img, iframe, object").count())
        self.assertEqual(3, self.page.locator("script").count())

    def test_tooltip(self):
        self.page.focus("#front-chart")
        self.page.keyboard.press("ArrowRight")
        self.assertIn(fixture.NAMES[0],
                      self.page.inner_text("#front-reading"))


class LittleTest(page_case.PageCase):
    def sections(self):
        return self.page.evaluate(
            "[...document.querySelectorAll('section:not([hidden])')]"
            ".map((section) => section.id)")

    def test_nothing_at_all(self):
        self.report.update(sweeps=[], runs=[])
        self.open()
        self.assertEqual([], self.sections())

    def test_one_run_without_a_sweep(self):
        run = self.report["runs"][0]
        run.update(sweep=None, cell=None, result=None, id="first_run")
        self.report.update(sweeps=[], runs=[run])
        self.open()
        self.assertEqual(["curves", "runs", "samples", "config", "facts"],
                         self.sections())
        self.assertIn("first_run", self.page.inner_text("#picker"))
        self.assertEqual(["first_run"], [
            d["label"] for d in self.datasets("curve-chart")])

    def test_a_sweep_that_has_just_begun(self):
        sweep = self.report["sweeps"][0]
        fixture.without_ngrams(sweep)
        sweep.update(differences=[], effects=[],
                     counts={"done": 0, "failed": 0, "running": 1,
                             "waiting": 26})
        for cell in sweep["cells"]:
            cell.update(f32=None, int8=None, seeds=[])
        run = self.report["runs"][0]
        run.update(state="running", result=None, samples=[], train={},
                   validation={}, host={}, build={})
        self.report["runs"] = [run]
        self.open()
        self.assertEqual(["overview", "cells", "runs", "config", "facts"],
                         self.sections())
        self.assertIn("0 of 27 done", self.page.inner_text("#tiles"))
        self.assertIn("running", self.page.inner_text("#runs"))

    def test_mixed_runs_that_are_not_timed(self):
        sweep = self.report["sweeps"][0]
        sweep["mixed"] = "the runs are mixed: commit (3e367a1, cc1942f)"
        for cell in sweep["cells"]:
            for precision in ("f32", "int8"):
                del cell[precision]["forward_ms"]
                del cell[precision]["front"]["forward_ms"]
        self.open()
        self.assertIn("The runs are mixed: commit (3e367a1, cc1942f)",
                      self.page.inner_text("#tiles"))
        self.page.select_option("#front-x", "forward_ms")
        self.assertEqual([], [d for d in self.datasets("front-chart")
                              if d["points"]])
        self.assertEqual(9, len(self.rows("cells")))

    def test_one_seed_has_no_interval(self):
        for cell in self.report["sweeps"][0]["cells"]:
            for precision in ("f32", "int8"):
                for name in ("bits_per_byte", "loss", "perplexity",
                             "forward_ms"):
                    cell[precision][name] = fixture.estimate(
                        cell[precision][name]["values"][:1])
        self.open()
        mean = self.report["sweeps"][0]["cells"][0]["f32"]["bits_per_byte"]
        self.assertIn(f"{mean['mean']:.4f}", self.rows("cells")[0])

    def test_tokenizers_compare_by_bytes_alone(self):
        sweep = self.report["sweeps"][0]
        sweep["keys"] = ["tokenizer"]
        for i, cell in enumerate(sweep["cells"]):
            cell["overrides"] = {"tokenizer": {
                "kind": "sentencepiece", "vocab_size": 1024 * (i + 1)}}
        self.open()
        self.assertTrue(self.page.locator(
            "#front-y option[value=perplexity]").is_disabled())
        self.assertEqual("kind sentencepiece, vocab_size 1024",
                         self.rows("cells")[0][1])

    def test_keys_that_a_value_sets_together(self):
        self.report["sweeps"][0]["keys"] = ["shape"]
        self.open()
        self.assertEqual(["num_layers", "ffn_dim"],
                         self.headings("cells")[1:3])

    def test_another_format_is_refused(self):
        self.report["format"] = 2
        self.open()
        self.assertIn("the data has format 2",
                      self.page.inner_text("#status"))

    def test_two_sweeps(self):
        second = json.loads(json.dumps(self.report["sweeps"][0]))
        second.update(name="second", cells=second["cells"][:2],
                      differences=[], effects=[])
        self.report["sweeps"].append(second)
        self.open()
        self.assertEqual(9, len(self.rows("cells")))
        self.page.select_option("#sweep", label="second")
        self.assertEqual(2, len(self.rows("cells")))
        self.assertFalse(self.page.is_visible("#differences"))
        self.assertFalse(self.page.is_visible("#effects"))


class Server(http.server.ThreadingHTTPServer):
    """The page, and data.json out of `data`; None: an error."""

    def __init__(self, page, data):
        super().__init__(("127.0.0.1", 0), Handler)
        self.page, self.data, self.asked = page, data, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_data = self.path == "/data.json"
        self.server.asked += is_data
        text = self.server.data if is_data else self.server.page
        self.send_response(500 if text is None else 200)
        self.send_header("Content-Type", "application/json" if is_data
                         else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *_):
        pass


class WatchTest(page_case.PageCase):
    def serve(self, page, data):
        self.server = Server(page, data)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        self.page.clock.install()
        self.page.goto(self.address)

    def tearDown(self):
        """Requests go to this server alone."""
        self.assertEqual([], [u for u in self.requests
                              if not u.startswith(self.address)])
        self.requests.clear()
        super().tearDown()

    def test_follows_a_sweep(self):
        self.serve(page_case.page_text(), json.dumps(self.report))
        self.page.wait_for_selector("text=26 of 27 done")
        self.page.select_option("#front-x", "bytes")
        self.report["sweeps"][0]["counts"]["done"] = 27
        self.server.data = json.dumps(self.report)
        self.page.clock.run_for(3100)
        self.page.wait_for_selector("text=27 of 28 done")
        # What the reader chose stays chosen.
        self.assertEqual("bytes", self.page.input_value("#front-x"))
        self.assertIn("Followed live", self.page.inner_text("#subtitle"))

    def test_news_leave_the_focus_where_it_is(self):
        self.serve(page_case.page_text(), json.dumps(self.report))
        for role, name in (("checkbox", "1 layer, FFN 256, seed 2"),
                           ("button", "Parameters")):
            self.page.get_by_role(role, name=name, exact=True).focus()
            self.report["sweeps"][0]["counts"]["done"] += 1
            done = self.report["sweeps"][0]["counts"]["done"]
            self.server.data = json.dumps(self.report)
            self.page.clock.run_for(3100)
            self.page.wait_for_selector(f"text={done} of {done + 1} done")
            self.assertTrue(self.page.get_by_role(
                role, name=name, exact=True).evaluate(
                    "e => e === document.activeElement"))

    def test_says_when_the_server_is_silent(self):
        self.serve(page_case.page_text(), json.dumps(self.report))
        self.page.wait_for_selector("text=26 of 27 done")
        self.server.data = None
        self.page.clock.run_for(3100)
        self.page.wait_for_selector("text=The server does not answer")
        self.assertTrue(self.page.is_visible("#front-chart"))
        self.server.data = json.dumps(self.report)
        self.page.clock.run_for(3100)
        self.page.wait_for_selector("#status", state="hidden")
        self.complaints.clear()  # the browser's own word on the 500

    def test_a_page_with_data_asks_nobody(self):
        self.serve(fixture.put_into(page_case.page_text(), self.report), "{}")
        self.page.wait_for_selector("text=26 of 27 done")
        self.page.clock.run_for(10000)
        self.assertEqual(0, self.server.asked)


if __name__ == "__main__":
    page_case.main()
