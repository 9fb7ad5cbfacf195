package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Check holds files against the law and returns what breaks it, in order, each as "file:line: what, because why".
func Check(module string, files []File) []string {
	c := checker{module: module, files: files}
	for i := range files {
		f := &files[i]
		c.names(f)
		c.time(f)
		c.bounds(f)
		c.inits(f)
		c.purity(f)
		for _, use := range f.Imports {
			c.arrows(f, use)
			c.floor(f, use)
		}
	}
	c.circles()
	slices.Sort(c.found)
	return slices.Compact(c.found)
}

type checker struct {
	module string
	files  []File
	found  []string
}

func (c *checker) report(f *File, line int, format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf("%s:%d: ", f.Path, line)+fmt.Sprintf(format, args...))
}

// local turns an import path of this module into a folder.
func (c *checker) local(imported string) (dir string, ok bool) {
	if imported == c.module {
		return ".", true
	}
	return strings.CutPrefix(imported, c.module+"/")
}

// within reports whether a folder or import path is one of those named, or below one.
func within(name string, any []string) bool {
	return slices.ContainsFunc(any, func(of string) bool { return name == of || strings.HasPrefix(name, of+"/") })
}

// floorOf returns the floor of a folder and the room that has it; 0 for internal, which is no part of the house.
func floorOf(dir string) (floor int, room string, ok bool) {
	room, _, _ = strings.Cut(dir, "/")
	if room == "internal" {
		return 0, room, true
	}
	floor, ok = floors[room]
	return floor, room, ok
}

// floor reports arrows that run up, and packages that the law has forgotten.
func (c *checker) floor(f *File, use Use) {
	from, room, ok := floorOf(f.Dir())
	if !ok {
		c.report(f, 1, "package %s has no floor, because internal/archtest/law.go does not know its folder: say there where it belongs", f.Dir())
		return
	}
	dir, ours := c.local(use.What)
	if !ours || f.Test || room == "internal" {
		return
	}
	to, other, ok := floorOf(dir)
	switch {
	case !ok: // reported where that package is
	case other == "internal":
		if c.leans(dir) {
			c.report(f, use.Line, "%s imports %s, which imports rooms of the house, because helpers of tests are no part of the product", f.Dir(), dir)
		}
	case to > from:
		c.report(f, use.Line, "%s (floor %d) imports %s (floor %d), but no arrow runs up, because %s", f.Dir(), from, dir, to, reasonOf(other))
	}
}

func reasonOf(room string) string {
	if r, ok := why[room]; ok {
		return r
	}
	return "what is below must stand without what is above"
}

// leans reports whether a folder's product code imports any room.
func (c *checker) leans(dir string) bool {
	return slices.ContainsFunc(c.files, func(f File) bool {
		return f.Dir() == dir && !f.Test && slices.ContainsFunc(f.Imports, func(use Use) bool {
			_, ours := c.local(use.What)
			return ours
		})
	})
}

// arrows reports imports that only a few may have.
func (c *checker) arrows(f *File, use Use) {
	name := use.What
	if dir, ours := c.local(use.What); ours {
		name = "./" + dir
	}
	for _, a := range arrows {
		if f.Test && !a.tests || !hit(name, a.to) || within(f.Dir(), a.allowed) {
			continue
		}
		c.report(f, use.Line, "%s imports %s, but must not, because %s", f.Dir(), use.What, a.reason)
	}
}

// hit is within, but a version at the end of a path (badger/v4) counts as below, and of the standard library only the
// package itself (net/smtp is not net).
func hit(name string, to []string) bool {
	return slices.ContainsFunc(to, func(of string) bool {
		return name == of || (strings.Contains(of, ".")) && strings.HasPrefix(name, of+"/")
	})
}

// time reports who reads the clock and should be told the time.
func (c *checker) time(f *File) {
	if f.Test || within(f.Dir(), clocks) {
		return
	}
	for _, use := range f.Clock {
		c.report(f, use.Line, "%s calls %s, but time is a parameter here, because what reads the clock cannot be replayed, simulated or "+
			"tested to the second; only %s may", f.Dir(), use.What, strings.Join(clocks, ", "))
	}
}

// bounds reports who asks a zone itself when its clocks change.
func (c *checker) bounds(f *File) {
	if f.Test || f.Dir() == "oncall" {
		return
	}
	for _, use := range f.Bounds {
		c.report(f, use.Line, "%s calls ZoneBounds, but asks oncall.SteadyUntil, because on 31 December of a leap year the standard library's "+
			"end of a period can lie before the instant asked about, and a loop from one to the next never ends", f.Dir())
	}
}

func (c *checker) inits(f *File) {
	for _, use := range f.Inits {
		c.report(f, use.Line, "%s has an init function, but there are none here, because importing a package must do nothing", f.Dir())
	}
}

func (c *checker) names(f *File) {
	if vague[f.Package] || vague[path.Base(f.Dir())] {
		c.report(f, 1, "%s is a package named %s, but must not be, because that tells nobody what belongs in it: call it by a noun of the trade",
			f.Dir(), f.Package)
	}
}

// purity reports what a room that only decides should not touch.
func (c *checker) purity(f *File) {
	if f.Test || !within(f.Dir(), pure) {
		return
	}
	for _, use := range f.Imports {
		if slices.Contains(effects, use.What) && tolerated[f.Dir()][use.What] == "" {
			c.report(f, use.Line, "%s imports %s, but decides only, because deciding twice must give the same: hand it the result", f.Dir(), use.What)
		}
	}
	for _, use := range f.Gos {
		c.report(f, use.Line, "%s starts a goroutine, but decides only, because deciding twice must give the same", f.Dir())
	}
}

// circles reports rooms that lean on each other. Go forbids it of packages; this is about whole rooms.
func (c *checker) circles() {
	arrows := map[string][]string{}
	for i := range c.files {
		f := &c.files[i]
		_, from, ok := floorOf(f.Dir())
		if f.Test || !ok || from == "internal" {
			continue
		}
		for _, use := range f.Imports {
			dir, ours := c.local(use.What)
			if _, to, ok := floorOf(dir); ours && ok && to != from && !slices.Contains(arrows[from], to) {
				arrows[from] = append(arrows[from], to)
			}
		}
	}
	for room := range arrows {
		if way := back(room, room, arrows, map[string]bool{}); way != nil && room == slices.Min(way) {
			c.found = append(c.found, fmt.Sprintf("rooms in a circle: %s; there is none here, because each must be understood, tested and replaced alone",
				strings.Join(append([]string{room}, way...), " -> ")))
		}
	}
}

// back finds a way from a room to another and returns the rooms on it, the other included.
func back(from, to string, arrows map[string][]string, been map[string]bool) []string {
	been[from] = true
	next := slices.Sorted(slices.Values(arrows[from]))
	for _, room := range next {
		if room == to {
			return []string{to}
		}
		if been[room] {
			continue
		}
		if way := back(room, to, arrows, been); way != nil {
			return append([]string{room}, way...)
		}
	}
	return nil
}
