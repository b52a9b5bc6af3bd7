package score

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Count is what came of the cases of a folder, or of all.
type Count struct {
	Folder   string  `json:"folder"`
	Files    int     `json:"files"`
	Parsed   int     `json:"parsed"`
	Panics   int     `json:"panics"`
	Compared int     `json:"compared"`
	Met      int     `json:"met"`
	Share    float64 `json:"share"` // met of compared
}

// Unmodelled is how many expectations were not compared since they name something.
type Unmodelled struct {
	Name  string `json:"name"`
	Cases int    `json:"cases"`
}

// Report sums up what came of the cases.
type Report struct {
	Total      Count        `json:"total"`
	Panics     int          `json:"panics"`
	Wide       int          `json:"utf16_utf32"`
	WideParsed int          `json:"utf16_utf32_parsed"`
	Folders    []Count      `json:"folders"`
	Unmodelled []Unmodelled `json:"not_modelled"`
}

// NewReport counts.
func NewReport(verdicts []Verdict) *Report {
	r := &Report{Total: Count{Folder: "all"}}
	unmodelled := map[string]int{}
	for _, folder := range folders(verdicts) {
		c := Count{Folder: folder}
		for _, v := range verdicts {
			if v.Case.Folder == folder {
				c.add(v)
			}
		}
		r.Folders = append(r.Folders, c)
	}
	for _, v := range verdicts {
		r.Total.add(v)
		if v.Case.Wide {
			r.Wide++
			if v.Err == nil {
				r.WideParsed++
			}
		}
		if len(v.Unknown) > 0 {
			unmodelled[v.Unknown[0]]++
		}
	}
	r.Panics = r.Total.Panics
	for name, n := range unmodelled {
		r.Unmodelled = append(r.Unmodelled, Unmodelled{name, n})
	}
	slices.SortFunc(r.Unmodelled, func(a, b Unmodelled) int {
		return cmp.Or(b.Cases-a.Cases, strings.Compare(a.Name, b.Name))
	})
	return r
}

func (c *Count) add(v Verdict) {
	c.Files++
	if v.Err == nil {
		c.Parsed++
	}
	if errors.Is(v.Err, ErrPanic) {
		c.Panics++
	}
	if v.Compared {
		c.Compared++
	}
	if v.Met {
		c.Met++
	}
	if c.Compared > 0 {
		c.Share = float64(c.Met) / float64(c.Compared)
	}
}

// Table is the report for people.
func (r *Report) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "folder\tfiles\tparsed\tpanics\tcompared\tmet\tshare\t")
	for _, c := range append(slices.Clone(r.Folders), r.Total) {
		share := "-"
		if c.Compared > 0 {
			share = fmt.Sprintf("%.1f%%", 100*c.Share)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t\n", c.Folder, c.Files, c.Parsed, c.Panics, c.Compared, c.Met, share)
	}
	w.Flush()
	fmt.Fprintf(&b, "UTF-16 and UTF-32: %d of %d parsed\n", r.WideParsed, r.Wide)
	fmt.Fprintf(&b, "not compared: %d, by the first name in them that is not modelled:", r.Total.Files-r.Total.Compared)
	for _, u := range r.Unmodelled {
		fmt.Fprintf(&b, " %s %d", u.Name, u.Cases)
	}
	b.WriteByte('\n')
	return b.String()
}

// prediction is what a case got.
type prediction struct {
	ID       string   `json:"id"`
	Error    string   `json:"error,omitempty"`
	Expect   string   `json:"expect"`
	Compared bool     `json:"compared"`
	Met      bool     `json:"met"`
	Why      string   `json:"why,omitempty"`
	Unknown  []string `json:"not_modelled,omitempty"`
	Version  any      `json:"version,omitempty"`
	Encoding any      `json:"encoding,omitempty"`
	Feed     any      `json:"feed,omitempty"`
	Entries  any      `json:"entries,omitempty"`
}

func predict(w io.Writer, verdicts []Verdict) error {
	if w == nil {
		return nil
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, v := range verdicts {
		p := prediction{
			ID: v.Case.ID, Expect: v.Case.Expect, Compared: v.Compared, Met: v.Met, Why: v.Why, Unknown: v.Unknown,
			Version: v.View["version"], Encoding: v.View["encoding"], Feed: v.View["feed"], Entries: v.View["entries"],
		}
		if v.Err != nil {
			p.Error = v.Err.Error()
		}
		if err := out.Encode(p); err != nil {
			return err
		}
	}
	return nil
}
