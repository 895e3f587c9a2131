"""A page that the program wrote, of a sweep whose every name is hostile.

NANOBRAIN_PAGE names the page, NANOBRAIN_HOSTILE a file with the text that
title, build, errors and samples hold.
"""

import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent / "page"))
import page_case


class ProgramPageTest(page_case.PageCase):
    def setUp(self):
        super().setUp()
        self.page.goto(pathlib.Path(os.environ["NANOBRAIN_PAGE"]).as_uri())
        self.hostile = pathlib.Path(
            os.environ["NANOBRAIN_HOSTILE"]).read_text("utf-8")
        self.data = json.loads(self.page.text_content("#data"))
        self.cells = self.data["sweeps"][0]["cells"]

    def text(self, selector):
        return "\n".join(self.page.locator(selector).all_text_contents())

    def test_text_stays_text(self):
        self.assertEqual(self.hostile, self.page.text_content("h1"))
        self.assertIn(self.hostile, self.text("#subtitle"))
        self.assertIn(self.hostile, self.text("#runs .error"))
        self.page.select_option("#samples-run", self.data["runs"][0]["id"])
        self.assertIn(self.hostile + " \ufffd\ufffd\ufffd\ufffd \ufffd1",
                      self.text("#samples-list .sample"))
        for cell in self.cells:
            self.assertIn(cell["label"], self.text("#cells-table"))
        self.assertIn("<img src=x onerror=alert(3)>", self.cells[0]["label"])

    def test_nothing_of_it_became_an_element(self):
        self.page.check("#config-all")
        self.assertEqual(0, self.page.locator(
            "img, iframe, object, embed, link, base").count())
        self.assertEqual(3, self.page.locator("script").count())
        self.assertEqual(0, self.page.locator("[onerror], [src]").count())

    def test_the_front_is_drawn(self):
        for precision in ("f32", "int8"):
            points = next(d["points"] for d in self.datasets("front-chart")
                          if d["label"] == precision)
            self.assertEqual(
                sorted(c[precision]["bits_per_byte"]["mean"]
                       for c in self.cells),
                sorted(p["y"] for p in points))
        self.assertGreater(self.colours("front-chart"), 3)

    def test_the_curves_are_drawn(self):
        self.page.select_option("#curve-lines", "runs")
        self.page.fill("#curve-smoothing", "0")
        lines = [d for d in self.datasets("curve-chart") if d["walked"]]
        self.assertEqual([r["train"]["loss"] for r in self.data["runs"]],
                         [[p["y"] for p in d["points"]] for d in lines])
        self.assertEqual(20, len(lines[0]["points"]))
        self.assertGreater(self.colours("curve-chart"), 3)

    def test_tables_have_their_rows(self):
        self.assertEqual(2, len(self.rows("cells")))
        # One of two cells has a failed run: there is nothing to compare.
        self.assertEqual(0, len(self.rows("differences")))
        self.assertIn("incomplete", self.text("#cells-table"))
        states = [" ".join(row) for row in self.rows("runs")]
        self.assertEqual(5, sum("done" in s for s in states))
        self.assertEqual(1, sum("failed" in s for s in states))
        self.assertIn("AMD EPYC 9B14", self.text("#facts"))
        self.assertIn("5 of 6 done", self.text("#tiles"))

    def colours(self, canvas):
        """How many different colours a chart has."""
        return self.page.evaluate("""(id) => {
            const canvas = document.getElementById(id);
            const {data} = canvas.getContext('2d').getImageData(
              0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size; }""", canvas)


if __name__ == "__main__":
    page_case.main()
