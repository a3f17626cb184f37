"""What benches read, reckon and draw, without measuring anything."""
import os
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench/lib"), str(ROOT / "bench/speed"), str(ROOT / "bench/soak"), str(ROOT / "tests/e2e")]

import figures  # noqa: E402
import mix  # noqa: E402
import picture  # noqa: E402
import proc  # noqa: E402
import profiling  # noqa: E402
import report  # noqa: E402
import reckoning as soak  # noqa: E402
import tests as speed  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


class Reading(unittest.TestCase):
    def test_a_name_with_brackets_hides_no_field(self):
        stat = "71 (a (b) c) S 12 71 71 0 -1 4194560 1 2 3 4 50 60 700 800 20 0 1 0 5 6 7"
        self.assertEqual((12, 1500 / proc.TICKS), proc.parent_and_reaped(stat))

    def test_a_process_that_has_gone_costs_nothing(self):
        self.assertEqual((0, 0.0), proc.parent_and_reaped(""))
        self.assertEqual(0.0, proc.run_seconds(""))
        self.assertEqual(0, proc.kib_of("", "Pss"))

    def test_run_time_is_the_first_field_in_nanoseconds(self):
        self.assertEqual(2.5, proc.run_seconds("2500000000 17 4\n"))

    def test_a_share_of_memory_is_not_taken_for_a_part_of_it(self):
        text = "Rss:   900 kB\nPss:   700 kB\nPss_Dirty:  5 kB\n"
        self.assertEqual(700, proc.kib_of(text, "Pss"))

    def test_waiting_is_not_busy(self):
        self.assertEqual(19 / proc.TICKS, proc.busy_seconds("cpu  1 2 4 1000 2000 4 8 9 0 0\ncpu0 1 1 1 1\n"))

    def test_objects_in_use_are_counted_by_their_size(self):
        text = ("slabinfo - version: 2.1\n# name <active_objs> <num_objs> <objsize>\n"
                "TCP   10  16  2432   13  8 : tunables 0 0 0 : slabdata 2 2 0\n")
        self.assertEqual({"TCP": 10 * 2432 / 1024}, proc.slab_kib(text))

    def test_this_process_is_in_its_own_tree_and_has_used_time(self):
        self.assertIn(os.getpid(), proc.tree([os.getpid()]))
        self.assertGreater(proc.cpu_seconds([os.getpid()]), 0)


class Sampled(unittest.TestCase):
    def test_each_part_of_a_profile_has_its_share(self):
        text = ("# Overhead  Shared Object\n    50.00%  [kernel.kallsyms]\n    20.00%  libcrypto.so.3\n     5.50%  libssl.so.3\n"
                "    10.00%  libc.so.6\n     4.50%  postern\n     2.00%  [vdso]\n     1.00%  unheard-of\n\n")
        parts = profiling.by_part(text)
        self.assertEqual({"kernel": 52, "libcrypto": 20, "libssl": 5.5, "libc": 10, "program": 4.5, "others": 1},
                         {name: round(share * 100, 6) for name, share in parts.items()})

    def test_a_straight_line_has_its_slope_in_kib_a_minute(self):
        self.assertAlmostEqual(6.0, soak.slope([(10 * i, 500 + i) for i in range(20)]))
        self.assertEqual(0.0, soak.slope([(10, 500)]))


class Soaking(unittest.TestCase):
    def test_what_guests_have_done_is_what_the_proxy_should_have_counted(self):
        told = {"completed": {"login, clear": 3, "gone, tls": 2, "up 0, clear": 4}, "handshakes": 2}
        self.assertEqual({"connections": 9, "logins": 7, "handshakes": 2}, soak.counts(told))

    def test_octets_of_what_was_cut_off_are_a_bound_only(self):
        kinds = mix.all_kinds()
        whole = mix.octets_of(kinds["up 0, clear"])
        self.assertEqual((2 * whole, 2 * whole + 2 * mix.WORDS + mix.CUT_OFF + mix.WORDS),
                         soak.octet_bounds({"completed": {"up 0, clear": 2, "cut off down 1, tls": 1}}))

    def test_each_script_is_there_in_clear_and_inside_tls(self):
        kinds = mix.all_kinds()
        clear = {name.removesuffix(", clear") for name in kinds if name.endswith(", clear")}
        self.assertEqual(clear, {name.removesuffix(", tls") for name in kinds if name.endswith(", tls")})
        self.assertEqual(["tls"], [kinds["login, tls"].steps[0]])

    def test_the_same_seed_makes_the_same_mix(self):
        self.assertEqual(mix.script(), mix.script())


class Reckoning(unittest.TestCase):
    def test_a_bar_in_times_needs_both_sides(self):
        bar = figures.Bar(0.75)
        self.assertEqual("met", bar.verdict(0.75, 1.0))
        self.assertEqual("MISSED", bar.verdict(0.76, 1.0))
        self.assertEqual("not measured", bar.verdict(0.5, None))
        self.assertEqual("not measured", bar.verdict(None, 1.0))

    def test_an_absolute_bar_needs_ours_alone(self):
        bar = figures.Bar(15.5, absolute=True)
        self.assertEqual("met", bar.verdict(15.5, None))
        self.assertEqual("MISSED", bar.verdict(15.6, 100.0))

    def test_three_figures_count(self):
        self.assertEqual(["–", "0", "0.012", "0.750", "1.25", "13.3", "760"],
                         [figures.shown(value) for value in (None, 0, 0.0123, 0.75, 1.249, 13.31, 760.4)])

    def test_the_median_of_each_side_is_held_against_the_other(self):
        test = next(test for test in speed.TESTS if test.name == "login-plain")
        rows = [{"test": test.name, "peer": peer, "value": value}
                for peer, values in {"nginx": (1, 2, 9), "postern": (1.2, 1.5, 1.9)}.items() for value in values]
        line = report.lines_of(speed.TESTS, rows)[0]
        self.assertEqual((2, 1.5, "met"), (line.nginx, line.ours, line.verdict))
        self.assertEqual([], report.missed([line]))


class Drawing(unittest.TestCase):
    ROWS = [("login <in clear>", 0.7, 0.75, True, "0.1 : 0.14 CPU ms"), ("down & up", 9.0, 0.3, False, "9 : 1")]

    def drawn(self):
        return xml.etree.ElementTree.fromstring(picture.draw("title", "note & date", self.ROWS))

    def test_it_is_well_formed_whatever_the_names(self):
        texts = [element.text for element in self.drawn().iter(SVG + "text")]
        self.assertIn("login <in clear>", texts)
        self.assertIn("note & date", texts)

    def test_each_test_has_one_bar_within_the_picture(self):
        bars = list(self.drawn().iter(SVG + "rect"))
        self.assertEqual(["met", "missed"], [bar.get("class") for bar in bars])
        for bar in bars:
            self.assertLessEqual(float(bar.get("x")) + float(bar.get("width")), 800)

    def test_a_longer_bar_costs_more(self):
        widths = [float(bar.get("width")) for bar in self.drawn().iter(SVG + "rect")]
        self.assertLess(widths[0], widths[1])

    def test_it_has_colours_for_dark_pages_too(self):
        self.assertIn("prefers-color-scheme: dark", picture.draw("t", "n", []))


class Showing(unittest.TestCase):
    def test_the_page_gets_a_table_with_a_row_a_test(self):
        test = next(test for test in speed.TESTS if test.name == "noop")
        rows = [{"test": "noop", "peer": peer, "value": value} for peer, value in (("nginx", 12.0), ("postern", 10.5))]
        page = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "page.md"
        page.write_text("<!-- speed: begin -->\nold\n<!-- speed: end -->\n")
        report.tabulate_in(page, report.lines_of([test], rows),
                           {"date": "2026-01-02", "machine": "m", "programs": "p", "runs": 3})
        self.assertIn("| NOOP, 64 at once | CPU µs | 12.0 | 10.5 | – (copy relay) | 0.88 × | ≤ 1 × | met |", page.read_text())

    def test_only_what_stands_between_the_marks_changes(self):
        page = "# A\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nrest\n"
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "README.md").write_text(page)
        report.show_in(folder / "README.md", folder / "bench/results/2026-01-02.svg",
                       {"date": "2026-01-02", "machine": "a machine"})
        text = (folder / "README.md").read_text()
        self.assertTrue(text.startswith("# A\n<!-- bench: begin -->\n!["))
        self.assertTrue(text.endswith("<!-- bench: end -->\nrest\n"))
        self.assertIn("(bench/results/2026-01-02.svg)", text)
        self.assertNotIn("old", text)


if __name__ == "__main__":
    unittest.main()
