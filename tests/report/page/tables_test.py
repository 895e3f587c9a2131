"""Tables, overview, samples, configuration, facts."""

import fixture
import page_case


class TablesTest(page_case.PageCase):
    def setUp(self):
        super().setUp()
        self.open()
        self.sweep = self.report["sweeps"][0]
        self.cells = self.sweep["cells"]

    def column(self, section, heading):
        at = self.headings(section).index(heading)
        return [row[at] for row in self.rows(section)]

    def test_cells_sort_both_ways(self):
        heading = "f32 bits/byte"
        button = self.page.locator("#cells thead").get_by_text(
            heading, exact=True)
        wanted = [c["label"] for c in sorted(
            self.cells, key=lambda c: c["f32"]["bits_per_byte"]["mean"])]
        button.click()
        self.assertEqual(wanted, self.column("cells", "Cell"))
        self.assertEqual("ascending", self.page.get_attribute(
            "#cells th[aria-sort]", "aria-sort"))
        self.page.locator("#cells thead").get_by_text(
            heading, exact=True).click()
        self.assertEqual(wanted[::-1], self.column("cells", "Cell"))
        self.assertEqual("descending", self.page.get_attribute(
            "#cells th[aria-sort]", "aria-sort"))

    def test_numbers_sort_as_numbers(self):
        self.page.locator("#cells thead").get_by_text(
            "Parameters", exact=True).click()
        self.assertEqual(
            sorted(c["parameters"] for c in self.cells),
            [int(x.replace(",", ""))
             for x in self.column("cells", "Parameters")])

    def test_cells_have_their_figures(self):
        row = dict(zip(self.headings("cells"), self.rows("cells")[0]))
        cell, bits = self.cells[0], self.cells[0]["f32"]["bits_per_byte"]
        half = bits["high"] - bits["mean"]
        self.assertEqual(f"{bits['mean']:.4f} \u00b1\u00a0{half:.4f}",
                         row["f32 bits/byte"])
        cost = cell["int8"]["bits_per_byte"]["mean"] - bits["mean"]
        self.assertEqual(f"{cost:.4f}", row["int8 \u2212 f32"])
        self.assertEqual("3", row["Seeds"])

    def test_front_within_noise_is_marked(self):
        noisy = {c["label"]: c["f32"]["front"]["parameters"] == "noise"
                 for c in self.cells}
        self.assertIn(True, noisy.values())
        for label, front in zip(self.column("cells", "Cell"),
                                self.column("cells", "Front")):
            self.assertEqual(noisy[label], "~parameters" in front)
        self.assertEqual(["incomplete" if c["failed"] else "" for c in
                          self.cells],
                         [front if front == "incomplete" else ""
                          for front in self.column("cells", "Front")])

    def test_differences_turn_with_the_reference(self):
        pair = self.sweep["differences"][0]
        labels = {c["id"]: c["label"] for c in self.cells}
        for reference, other, sign in ((pair["a"], pair["b"], 1),
                                       (pair["b"], pair["a"], -1)):
            self.page.select_option("#reference", reference)
            row = next(row for row in self.rows("differences")
                       if row[0] == labels[other])
            mean = f"{sign * pair['mean']:.4f}".replace("-", "\u2212")
            self.assertEqual(mean, row[1])
            better = sign * pair["mean"] < 0
            sure = pair["p_adjusted"] < 0.05
            self.assertEqual("within noise" if not sure else
                             "better" if better else "worse", row[4])

    def test_reference_is_the_best_cell(self):
        self.assertTrue(all(
            row[4] in ("worse", "within noise")
            for row in self.rows("differences")))

    def test_effects_have_their_figures(self):
        effects = self.sweep["effects"]
        self.assertEqual(len(effects), len(self.rows("effects")))
        for e, row in zip(effects, self.rows("effects")):
            self.assertEqual([e["key"], e["from"], e["to"]], row[:3])
            signed = [f"{e[x]:.4f}".replace("-", "\u2212")
                      for x in ("mean", "simultaneous_low",
                                "simultaneous_high")]
            self.assertEqual(signed[0], row[3])
            self.assertEqual(f"{signed[1]} to {signed[2]}", row[4])
            self.assertEqual("better" if e["simultaneous_high"] < 0 else
                             "worse" if e["simultaneous_low"] > 0 else
                             "within noise", row[6])
            self.assertEqual(str(e["pairs"]), row[9])

    def test_failed_run_says_why(self):
        states = self.column("runs", "State")
        failed = [s for s in states if "failed" in s]
        self.assertEqual(1, len(failed))
        self.assertIn("the loss of step 212 is not a number", failed[0])
        self.assertEqual(26, sum("done" in s for s in states))

    def test_overview(self):
        text = self.page.inner_text("#tiles")
        self.assertIn("26 of 27 done", text)
        best = min(c["f32"]["bits_per_byte"]["mean"] for c in self.cells
                   if not c["failed"])
        self.assertIn(f"{best:.4f}", text)

    def red(self, selector):
        return self.page.locator(f"{selector} .loses").all_inner_texts()

    def test_cells_that_lose_to_counting_say_so_in_red(self):
        level = self.sweep["ngrams"][-1]["bits_per_byte"]
        means = [c["f32"]["bits_per_byte"]["mean"] for c in self.cells]
        texts = self.column("cells", "Beside counting")
        for mean, text in zip(means, texts):
            word = "LOSES to" if mean > level else "beats"
            self.assertEqual(f"{word} the counted trigram by "
                             f"{abs(mean - level):.4f} bits per byte", text)
        lost = [t for t in texts if "LOSES" in t]
        self.assertGreater(len(lost), 0)
        self.assertLess(len(lost), len(texts))
        red = self.red("#cells")
        self.assertEqual(lost, [t for t in red if "LOSES" in t])
        both = [c[p]["bits_per_byte"]["mean"] for c in self.cells
                for p in ("f32", "int8")]
        self.assertEqual(sum(mean > level for mean in both),
                         len(red) - len(lost))
        self.assertEqual("rgb(179, 38, 30)", self.page.evaluate(
            "getComputedStyle(document.querySelector('#cells .loses')).color"))
        shown = []
        for run in self.report["runs"]:
            shown += [run["result"][k] for k in (
                "val_bits_per_byte", "int8_val_bits_per_byte")] if run[
                "result"] else run["validation"]["bits_per_byte"][-1:]
        self.assertEqual(sum(bits > level for bits in shown),
                         len(self.red("#runs")))

    def test_a_cell_of_which_int8_alone_loses_says_so(self):
        lost = "LOSES to the counted trigram by 0.0032 bits per byte"
        self.cells[4]["f32"] |= {"beside": "beats it", "loses": False}
        self.cells[4]["int8"] |= {"beside": lost, "loses": True}
        self.open()
        self.assertIn(f"int8 {lost}", self.red("#cells"))

    def test_counted_ngrams_are_rows(self):
        rows = self.rows("ngrams")
        self.assertEqual(4, len(rows))
        trigram = next(r for r in rows if r[0].startswith("trigram"))
        self.assertEqual("1.8750", trigram[1])
        self.assertEqual(
            f"LOSES to it: {self.sweep['losing']} of 9", trigram[2])
        self.assertIn(f"{self.sweep['losing']} of 9 cells LOSE",
                      self.red("#tiles"))

    def test_the_test_text_stands_beside_what_chose(self):
        text = self.page.inner_text("#tiles")
        tested = self.sweep["test"]["cells"][0]
        self.assertIn(f"{tested['test']['mean']:.4f}", text)
        self.assertIn(f"chosen on val: {tested['val']['mean']:.4f}", text)
        self.assertIn("looked at once", text)
        self.sweep["test"] = fixture.tested(self.cells[0], looks=2)
        self.open()
        self.assertIn("looked at 2 times",
                      self.page.inner_text("#tiles"))
        self.sweep["test"] |= {"missing": "no test.tokens"}
        self.open()
        self.assertIn("no test.tokens: val was used both to choose and to "
                      "report", self.page.inner_text("#tiles"))

    def test_a_sweep_without_ngrams_and_test(self):
        fixture.without_ngrams(self.sweep)
        self.open()
        self.assertEqual(0, self.page.locator(".loses").count())
        self.assertFalse(self.page.is_visible("#ngrams"))
        self.assertNotIn("Beside counting", self.headings("cells"))

    def test_samples_of_a_run(self):
        run = self.report["runs"][4]
        self.page.select_option("#samples-run", run["id"])
        shown = self.page.locator("#samples-list .sample").all_text_contents()
        self.assertEqual([s["prompt"] + s["text"]
                          for s in reversed(run["samples"])], shown)

    def test_configuration_shows_what_differs(self):
        self.assertEqual(
            ["model.ffn_dim", "model.num_layers", "train.data_seed",
             "train.seed"], self.column("config", "Key"))
        self.assertEqual("1, 2, 3", self.rows("config")[3][1])
        self.page.check("#config-all")
        self.assertEqual(sorted(self.report["runs"][0]["config"]),
                         self.column("config", "Key"))

    def test_facts_of_host_and_build(self):
        text = self.page.inner_text("#facts")
        for fact in ("27 runs", "AMD EPYC 9B14", "16.78\u202fGB", "6ed94df"):
            self.assertIn(fact, text)


if __name__ == "__main__":
    page_case.main()
