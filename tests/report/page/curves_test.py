"""The curves: axes, smoothing, mean over seeds, choice of runs."""

import page_case


def smoothed(values, weight):
    """Each value as the weighted mean of all up to it: the definition."""
    result = []
    for n in range(1, len(values) + 1):
        weights = [weight ** (n - 1 - i) for i in range(n)]
        result.append(sum(w * v for w, v in zip(weights, values))
                      / sum(weights))
    return result


class CurvesTest(page_case.PageCase):
    chart = "curve-chart"

    def setUp(self):
        super().setUp()
        self.open()
        self.runs = self.report["runs"]

    def choose(self, name, value):
        self.page.select_option(f"#curve-{name}", value)

    def lines(self):
        return [d for d in self.datasets(self.chart) if d["walked"]]

    def smoothing(self, weight):
        self.page.fill("#curve-smoothing", str(weight))

    def test_every_run_has_its_losses(self):
        self.choose("lines", "runs")
        self.smoothing(0)
        lines = self.lines()
        self.assertEqual(27, len(lines))
        for line, run in zip(lines, self.runs):
            self.assertTrue(line["label"].endswith(f"seed {run['seed']}"))
            self.assertEqual(run["train"]["loss"],
                             [p["y"] for p in line["points"]])
            self.assertEqual(run["train"]["step"],
                             [p["x"] for p in line["points"]])

    def test_by_tokens_and_time(self):
        self.choose("lines", "runs")
        for axis in ("tokens", "elapsed_s"):
            self.choose("x", axis)
            self.assertEqual(self.runs[0]["train"][axis],
                             [p["x"] for p in self.lines()[0]["points"]])

    def test_every_figure_can_be_drawn(self):
        self.choose("lines", "runs")
        self.smoothing(0)
        for part, member in (
                ("validation", "bits_per_byte"), ("validation", "loss"),
                ("train", "loss"), ("train", "lr"), ("train", "grad_norm"),
                ("train", "tokens_per_s")):
            self.choose("y", f"{part}.{member}")
            self.assertEqual(self.runs[3][part][member],
                             [p["y"] for p in self.lines()[3]["points"]])

    def test_smoothing(self):
        self.choose("lines", "runs")
        self.smoothing(0.9)
        wanted = smoothed(self.runs[0]["train"]["loss"], 0.9)
        for want, point in zip(wanted, self.lines()[0]["points"]):
            self.assertAlmostEqual(want, point["y"], 9)
        # A validation is whole: there is nothing to smooth.
        self.choose("y", "validation.loss")
        self.assertTrue(self.page.is_disabled("#curve-smoothing"))
        self.assertEqual(self.runs[0]["validation"]["loss"],
                         [p["y"] for p in self.lines()[0]["points"]])

    def test_mean_and_range_over_seeds(self):
        self.smoothing(0)
        datasets = self.datasets(self.chart)
        self.assertEqual(9, len(self.lines()))
        self.assertEqual(27, len(datasets))  # a line and two edges each
        losses = [run["train"]["loss"] for run in self.runs[:3]]
        for i, point in enumerate(datasets[0]["points"]):
            seeds = [loss[i] for loss in losses]
            self.assertAlmostEqual(sum(seeds) / 3, point["y"], 12)
            self.assertEqual((min(seeds), max(seeds)),
                             (point["low"], point["high"]))
            self.assertEqual(min(seeds), datasets[1]["points"][i]["y"])
            self.assertEqual(max(seeds), datasets[2]["points"][i]["y"])

    def test_cells_differ_by_colour_or_dash(self):
        looks = self.page.evaluate("""() =>
            Chart.getChart('curve-chart').data.datasets
              .filter((d) => d.walked)
              .map((d) => d.borderColor + d.borderDash)""")
        self.assertEqual(9, len(set(looks)))

    def test_log_scales(self):
        for axis in ("x", "y"):
            self.page.check(f"#curve-log-{axis}")
            self.assertEqual("logarithmic",
                             self.scale(self.chart, axis)["type"])

    def test_last_half(self):
        self.choose("lines", "runs")
        self.smoothing(0)
        self.page.check("#curve-end")
        log = self.runs[0]["train"]
        wanted = [(s, y) for s, y in zip(log["step"], log["loss"])
                  if s >= log["step"][-1] / 2]
        points = self.lines()[0]["points"]
        self.assertEqual(wanted, [(p["x"], p["y"]) for p in points])
        highest = max(max(run["train"]["loss"][-len(wanted):])
                      for run in self.runs)
        self.assertLess(self.scale(self.chart, "y")["max"], highest + 0.1)

    def test_picker(self):
        self.page.click("#picker-none")
        self.assertEqual([], self.lines())
        self.page.get_by_label("1 layer, FFN 256", exact=True).check()
        self.assertEqual(["1 layer, FFN 256, mean of 3 seeds"],
                         [d["label"] for d in self.lines()])
        self.page.get_by_label("1 layer, FFN 256, seed 2",
                               exact=True).uncheck()
        self.assertEqual(["1 layer, FFN 256, mean of 2 seeds"],
                         [d["label"] for d in self.lines()])
        self.assertTrue(self.page.get_by_label(
            "1 layer, FFN 256", exact=True).evaluate("e => e.indeterminate"))
        self.page.click("#picker-all")
        self.assertEqual(9, len(self.lines()))

    def test_picker_filter(self):
        self.page.fill("#picker-filter", "4 layers")
        self.assertEqual(3, self.page.locator(
            "#picker-list > li:visible").count())
        self.page.click("#picker-none")  # of those in sight
        self.assertEqual(6, len(self.lines()))


if __name__ == "__main__":
    page_case.main()
