"""The chart of the front: points, axes, bars, colours, pointer."""

import page_case


class FrontTest(page_case.PageCase):
    chart = "front-chart"

    def setUp(self):
        super().setUp()
        self.open()
        self.cells = self.report["sweeps"][0]["cells"]

    def choose(self, name, value):
        self.page.select_option(f"#front-{name}", value)

    def points(self, label):
        return next(d["points"] for d in self.datasets(self.chart)
                    if d["label"] == label)

    def colour_at(self, x, y):
        """The colour that the chart has at a place in its own units."""
        return self.page.evaluate("""([x, y]) => {
            const chart = Chart.getChart('front-chart');
            const ratio = chart.currentDevicePixelRatio;
            return [...chart.ctx.getImageData(
              Math.round(chart.scales.x.getPixelForValue(x) * ratio),
              Math.round(chart.scales.y.getPixelForValue(y) * ratio),
              1, 1).data];
            }""", [x, y])

    def test_points_are_the_cells(self):
        for precision in ("f32", "int8"):
            wanted = sorted((c["parameters"],
                             c[precision]["bits_per_byte"]["mean"],
                             c[precision]["bits_per_byte"]["low"],
                             c[precision]["bits_per_byte"]["high"])
                            for c in self.cells)
            self.assertEqual(wanted, [
                (p["x"], p["y"], p["yLow"], p["yHigh"])
                for p in self.points(precision)])

    def test_points_and_bars_are_painted(self):
        self.choose("precision", "f32")
        self.page.uncheck("#front-labels")
        cell = next(c for c in self.cells
                    if c["f32"]["front"]["parameters"] == "on")
        bits = cell["f32"]["bits_per_byte"]
        self.assertEqual([0, 0x72, 0xb2, 255],
                         self.colour_at(cell["parameters"], bits["mean"]))
        under_the_point = 0.1 * bits["mean"] + 0.9 * bits["low"]
        self.assertGreater(
            self.colour_at(cell["parameters"], under_the_point)[3], 0)
        self.choose("bars", "none")
        self.assertEqual(
            0, self.colour_at(cell["parameters"], under_the_point)[3])

    def test_axes_across(self):
        cost = {
            "parameters": lambda c, p: c["parameters"],
            "bytes": lambda c, p: c[p]["bytes"]["mean"],
            "forward_ms": lambda c, p: c[p]["forward_ms"]["mean"],
            "train_flops": lambda c, p: c["train_flops"],
            "key:model.ffn_dim": lambda c, p:
                c["overrides"]["model.ffn_dim"]}
        for axis, of in cost.items():
            self.choose("x", axis)
            for precision in ("f32", "int8"):
                self.assertEqual(
                    sorted(of(c, precision) for c in self.cells),
                    [p["x"] for p in self.points(precision)], axis)
            scale = self.scale(self.chart, "x")
            self.assertLess(scale["min"], self.points("int8")[0]["x"])
            self.assertGreater(scale["max"], self.points("f32")[-1]["x"])
            self.assertGreaterEqual(len(scale["ticks"]), 3, axis)

    def test_axes_up(self):
        for member in ("bits_per_byte", "loss", "perplexity"):
            self.choose("y", member)
            self.assertEqual(
                sorted(c["f32"][member]["mean"] for c in self.cells),
                sorted(p["y"] for p in self.points("f32")))

    def test_log_scales(self):
        for axis in ("x", "y"):
            self.assertEqual("linear", self.scale(self.chart, axis)["type"])
            self.page.check(f"#front-log-{axis}")
            scale = self.scale(self.chart, axis)
            self.assertEqual("logarithmic", scale["type"])
            self.assertGreaterEqual(len(scale["ticks"]), 3)

    def test_precisions(self):
        for choice, wanted in (("f32", ["f32"]), ("int8", ["int8"]),
                               ("both", ["f32", "int8"])):
            self.choose("precision", choice)
            self.assertEqual(wanted, [
                d["label"] for d in self.datasets(self.chart) if d["walked"]])

    def test_bars_of_the_standard_deviation(self):
        self.choose("bars", "sd")
        bits = {c["parameters"]: c["f32"]["bits_per_byte"]
                for c in self.cells}
        for point in self.points("f32"):
            e = bits[point["x"]]
            self.assertAlmostEqual(e["mean"] - e["sd"], point["yLow"], 12)
            self.assertAlmostEqual(e["mean"] + e["sd"], point["yHigh"], 12)

    def test_the_line_is_the_front(self):
        line = self.points("Front of f32")
        wanted = [(c["parameters"], c["f32"]["bits_per_byte"]["mean"])
                  for c in self.cells
                  if c["f32"]["front"]["parameters"] in ("on", "noise")]
        self.assertEqual(sorted(wanted), [(p["x"], p["y"]) for p in line])
        self.assertEqual(sorted((p["y"] for p in line), reverse=True),
                         [p["y"] for p in line])
        self.choose("x", "key:model.num_layers")
        self.assertFalse(any(d["stepped"]
                             for d in self.datasets(self.chart)))

    def test_colour_by_a_key(self):
        self.choose("colour", "model.num_layers")
        self.choose("precision", "f32")
        walked = [d for d in self.datasets(self.chart) if d["walked"]]
        self.assertEqual([f"num_layers {n}, f32" for n in (1, 2, 4)],
                         [d["label"] for d in walked])
        self.assertEqual([3, 3, 3], [len(d["points"]) for d in walked])
        self.assertIn("num_layers 4, f32",
                      self.page.inner_text("#front-legend"))

    def test_a_key_across_is_a_line_for_each_colour(self):
        self.choose("x", "key:model.ffn_dim")
        self.choose("colour", "model.num_layers")
        self.page.check("#front-log-x")
        self.assertEqual([128, 256, 512], self.scale(self.chart, "x")["ticks"])
        self.assertEqual([True] * 6, self.page.evaluate(
            "Chart.getChart('front-chart').data.datasets"
            ".map((d) => d.showLine)"))

    def test_counted_ngrams_are_red_lines(self):
        self.assertIn("counted trigram: 1.8750",
                      self.page.inner_text("#front-legend"))
        self.page.uncheck("#front-labels")
        at = self.scale(self.chart, "x")["min"]
        dashes = [self.page.evaluate("""([x, y, i]) => {
            const chart = Chart.getChart('front-chart');
            const ratio = chart.currentDevicePixelRatio;
            const {x: xs, y: ys} = chart.scales;
            return [...chart.ctx.getImageData(
              Math.round((xs.getPixelForValue(x) + i) * ratio),
              Math.floor(ys.getPixelForValue(y) * ratio), 1, 1).data];
            }""", [at, 1.875, i]) for i in range(1, 12)]
        red = [d for d in dashes if d[0] > 150 and d[1] < 90 and d[3] > 100]
        self.assertGreater(len(red), 3)
        self.assertLess(len(red), 11)
        self.choose("y", "perplexity")
        self.assertNotIn("counted", self.page.inner_text("#front-legend"))

    def test_hover_names_the_cell(self):
        cell = self.cells[-1]
        at = self.page.evaluate("""([x, y]) => {
            const {x: xs, y: ys} = Chart.getChart('front-chart').scales;
            return [xs.getPixelForValue(x), ys.getPixelForValue(y)];
            }""", [cell["parameters"], cell["f32"]["bits_per_byte"]["mean"]])
        self.choose("precision", "f32")
        self.page.hover("#front-chart", position={"x": at[0], "y": at[1]})
        self.page.wait_for_function(
            "Chart.getChart('front-chart').tooltip.opacity === 1")
        text = self.page.evaluate("""() => {
            const {title, body} = Chart.getChart('front-chart').tooltip;
            return [...title, ...body.flatMap((b) => b.lines)].join('|');
            }""")
        self.assertIn(cell["label"], text)
        self.assertIn("f32, incomplete: a run failed|", text)
        mean = cell["f32"]["bits_per_byte"]["mean"]
        self.assertIn(f"{mean:.4f} \u00b1", text)
        self.assertIn("(2 seeds)", text)
        self.assertIn("beats the counted trigram by ", text)

    def test_saves_a_picture(self):
        with self.page.expect_download() as download:
            self.page.click("#front-save")
        self.assertEqual("depth_ffn-parameters.png",
                         download.value.suggested_filename)
        with open(download.value.path(), "rb") as file:
            self.assertEqual(b"\x89PNG", file.read(4))


if __name__ == "__main__":
    page_case.main()
