"""Ways to read the page: theme, phone, keyboard, paper."""

import re

import page_case


def luminance(colour):
    """Relative luminance of #rrggbb, as WCAG 2.1 defines it."""
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class ThemeTest(page_case.PageCase):
    LIGHT, DARK = "rgb(246, 247, 249)", "rgb(18, 21, 25)"

    def background(self):
        return self.page.evaluate(
            "getComputedStyle(document.body).backgroundColor")

    def chart_ink(self):
        return self.page.evaluate(
            "Chart.getChart('front-chart').scales.x.options.title.color")

    def test_follows_the_system(self):
        self.page.emulate_media(color_scheme="dark")
        self.open()
        self.assertEqual(self.DARK, self.background())
        ink = self.chart_ink()
        self.page.emulate_media(color_scheme="light")
        self.assertEqual(self.LIGHT, self.background())
        self.page.wait_for_function(
            "(ink) => Chart.getChart('front-chart').scales.x.options"
            ".title.color !== ink", arg=ink)

    def test_switch(self):
        self.page.emulate_media(color_scheme="light")
        self.open()
        self.page.get_by_text("Dark", exact=True).click()
        self.assertEqual(self.DARK, self.background())
        self.assertEqual("#e8ebef", self.chart_ink())
        self.page.emulate_media(color_scheme="dark")
        self.page.get_by_text("Light", exact=True).click()
        self.assertEqual(self.LIGHT, self.background())
        self.page.get_by_text("Auto", exact=True).click()
        self.assertEqual(self.DARK, self.background())

    def test_contrast(self):
        """WCAG 2.1 AA: text 4.5, lines and points 3."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.open()
            colours = self.page.evaluate("""() => Object.fromEntries(
                ['page', 'panel', 'shade', 'ink', 'quiet', 'accent', 'bad',
                 'f32', 'int8', ...Array(8).keys()].map((name) => [name,
                  getComputedStyle(document.documentElement).getPropertyValue(
                    Number.isInteger(name) ? `--series-${name}`
                                           : `--${name}`).trim()]))""")
            for text in ("ink", "quiet", "accent", "bad"):
                for ground in ("page", "panel", "shade"):
                    self.assertGreaterEqual(
                        contrast(colours[text], colours[ground]), 4.5,
                        f"{scheme}: {text} on {ground}")
            for line in ("f32", "int8", *map(str, range(8))):
                self.assertGreaterEqual(
                    contrast(colours[line], colours["panel"]), 3,
                    f"{scheme}: {line}")


class PhoneTest(page_case.PageCase):
    context_options = {"viewport": {"width": 360, "height": 740},
                       "device_scale_factor": 2, "is_mobile": True,
                       "has_touch": True}

    def test_only_tables_scroll_sideways(self):
        self.open()
        self.assertEqual(360, self.page.evaluate(
            "document.documentElement.scrollWidth"))
        for section in ("cells", "runs", "config"):
            wide, seen = self.page.evaluate(
                "(id) => { const e = document.querySelector(`#${id} .scroll`);"
                " return [e.scrollWidth, e.clientWidth]; }", section)
            self.assertGreater(wide, seen)
        chart = self.page.locator("#front-chart").bounding_box()
        self.assertLessEqual(chart["x"] + chart["width"], 360)

    def test_a_touch_names_the_cell(self):
        page = self.open()
        cell = self.report["sweeps"][0]["cells"][-1]
        page.select_option("#front-precision", "f32")
        box = page.locator("#front-chart").bounding_box()
        at = page.evaluate("""() => {
            const points = Chart.getChart('front-chart').getDatasetMeta(0).data;
            const {x, y} = points[points.length - 1]; return [x, y]; }""")
        page.locator("#front-chart").tap(
            position={"x": min(at[0] + 8, box["width"] - 1), "y": at[1]})
        page.wait_for_function(
            "(label) => Chart.getChart('front-chart').tooltip.title?.[0]"
            " === label", arg=cell["label"])


class KeyboardTest(page_case.PageCase):
    def focused(self):
        return self.page.evaluate("""() => {
            const e = document.activeElement;
            return [e.id || e.textContent, getComputedStyle(e).outlineStyle];
            }""")

    def test_tab_reaches_everything_in_sight(self):
        self.open()
        reached = set()
        for _ in range(200):
            self.page.keyboard.press("Tab")
            name, outline = self.focused()
            reached.add(name)
            # The switch of themes draws its outline on the words.
            if name and "theme" not in self.page.evaluate(
                    "document.activeElement.name ?? ''"):
                self.assertNotEqual("none", outline, name)
            if name == "Notices":
                break
        self.assertIn("Skip to the report", reached)
        for name in ("front-x", "front-log-y", "front-save", "front-chart",
                     "reference", "curve-smoothing", "curve-chart",
                     "picker-none", "samples-run", "config-all", "Notices"):
            self.assertIn(name, reached)

    def test_arrows_walk_through_the_front(self):
        self.open()
        cells = sorted(self.report["sweeps"][0]["cells"],
                       key=lambda c: c["parameters"])
        self.page.focus("#front-chart")
        for cell in cells[:2]:
            self.page.keyboard.press("ArrowRight")
            text = self.page.inner_text("#front-reading")
            self.assertTrue(text.startswith(cell["label"]), text)
        self.page.keyboard.press("ArrowDown")
        self.assertIn("int8", self.page.inner_text("#front-reading"))
        self.page.keyboard.press("Escape")
        self.assertEqual("", self.page.inner_text("#front-reading"))

    def test_sorting_keeps_the_focus(self):
        self.open()
        self.page.locator("#cells thead button").nth(3).focus()
        before = self.rows("cells")
        self.page.keyboard.press("Enter")
        first = self.rows("cells")
        self.page.keyboard.press("Enter")
        self.assertEqual(first[::-1], self.rows("cells"))
        self.assertNotEqual(before, first)

    def test_boxes_of_the_picker(self):
        self.open()
        self.page.get_by_label("1 layer, FFN 128", exact=True).focus()
        self.page.keyboard.press("Space")
        labels = [d["label"] for d in self.datasets("curve-chart")]
        self.assertFalse(any(label and label.startswith("1 layer, FFN 128")
                             for label in labels))


class PaperTest(page_case.PageCase):
    def test_prints_light_and_comes_back(self):
        self.page.emulate_media(color_scheme="dark")
        self.open()
        self.page.evaluate("""() => addEventListener('beforeprint', () => {
            window.printed = Chart.getChart('front-chart')
              .scales.x.options.title.color; })""")
        pages = len(re.findall(rb"/Type\s*/Page\b", self.page.pdf()))
        self.assertGreater(pages, 1)
        self.assertEqual("#191d23", self.page.evaluate("printed"))
        self.assertEqual("#e8ebef", self.page.evaluate(
            "Chart.getChart('front-chart').scales.x.options.title.color"))

    def test_what_paper_shows(self):
        self.open()
        self.page.set_viewport_size({"width": 680, "height": 900})
        self.page.emulate_media(media="print")
        for gone in ("nav", "#theme", "#front-save", "#picker-filter"):
            self.assertFalse(self.page.is_visible(gone), gone)
        for there in ("#front-chart", "#front-legend", "#cells table",
                      "#picker-list", "#samples"):
            self.assertTrue(self.page.is_visible(there), there)
        self.assertEqual(680, self.page.evaluate(
            "document.documentElement.scrollWidth"))


if __name__ == "__main__":
    page_case.main()
