package organisations

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"marsad/pkg/names"
	"marsad/pkg/places"
)

//go:embed organisations.tsv
var organisationsTSV string

// Default is the list that comes with Marsad.
var Default = sync.OnceValue(func() *List {
	list, err := Parse(strings.NewReader(organisationsTSV), "organisations.tsv")
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	return list
})

// List is organisations and their names, as a file gives them.
type List struct {
	name string
	rows []row
}

// row is a line of a file.
type row struct {
	line        int
	id, kind    string
	country     string
	names       [3][]string // English, French, Arabic; with their signs
	institution string      // of its country that it is, such as @forces
}

// label is the first name: the English, or else the French or the Arabic.
func (r row) label() string {
	for _, list := range r.names {
		if len(list) > 0 {
			label, _ := names.Signs(list[0])
			return label
		}
	}
	return ""
}

// Kinds of organisations.
var Kinds = []string{
	"agency", "alliance", "armed_forces", "armed_group", "central_bank", "company", "court", "defence_company",
	"government", "media", "ministry", "ngo", "parliament", "party", "police", "religious", "sport", "un",
}

// different is the id of rows that contain a name and mean something else.
const different = "-"

const (
	minColumns = 4
	maxColumns = 7
	maxLine    = 1 << 20
	minName    = 2 // characters of a name
)

// Parse reads a list: lines of id, kind, country, English, French and Arabic names,
// and institution, parted by tabs, as the head of organisations.tsv explains. An error
// says in which line of name it is, what is wrong, and what was meant.
func Parse(r io.Reader, name string) (*List, error) {
	list := &List{name: name}
	seen := map[string]int{} // lines of ids
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimRight(strings.TrimPrefix(lines.Text(), "\ufeff"), "\r ")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		row, err := parseRow(strings.Split(line, "\t"))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, number, err)
		}
		if before := seen[row.id]; before > 0 && row.id != different {
			return nil, fmt.Errorf("%s:%d: id %q stands in line %d already: put its names into one row", name, number, row.id, before)
		}
		seen[row.id] = number
		row.line = number
		list.rows = append(list.rows, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return list, nil
}

var (
	slug        = regexp.MustCompile(`^@?[a-z0-9]+(-[a-z0-9]+)*$`)
	institution = regexp.MustCompile(`^@[a-z0-9]+(-[a-z0-9]+)*$`)

	errNoNames = errors.New("no names: give one at least, in column 4 (English), 5 (French) or 6 (Arabic)")
)

func parseRow(columns []string) (row, error) {
	if len(columns) < minColumns || len(columns) > maxColumns {
		return row{}, fmt.Errorf("%d columns: want id, kind, country, English, French and Arabic names, and institution, parted by tabs", len(columns))
	}
	columns = append(columns, make([]string, maxColumns-len(columns))...)
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	r := row{id: columns[0], kind: columns[1], country: columns[2], institution: columns[6]}
	if err := r.check(); err != nil {
		return row{}, err
	}
	for i := range r.names {
		var err error
		if r.names[i], err = parseNames(columns[3+i]); err != nil {
			return row{}, err
		}
	}
	if r.label() == "" {
		return row{}, errNoNames
	}
	return r, nil
}

func (r row) check() error {
	every := strings.HasPrefix(r.id, "@")
	switch {
	case r.id != different && !slug.MatchString(r.id):
		return fmt.Errorf("id %q: want small letters, digits and hyphens, as in eg-bank", r.id)
	case r.id != different && !slices.Contains(Kinds, r.kind):
		return fmt.Errorf("kind %q: want one of %s", r.kind, strings.Join(Kinds, ", "))
	case every && r.country != "*":
		return fmt.Errorf("country %q: the institution %s is of every country: want *", r.country, r.id)
	case !every && r.country != "" && places.Name(r.country) == "":
		return fmt.Errorf("country %q: want a code of two capitals (ISO 3166-1), or nothing", r.country)
	case r.institution != "" && !institution.MatchString(r.institution):
		return fmt.Errorf("institution %q: want the id of one, as in @forces", r.institution)
	case r.institution != "" && (every || r.country == ""):
		return fmt.Errorf("institution %q: of which country? column 3 says none", r.institution)
	}
	return nil
}

// parseNames cuts a column into names.
func parseNames(column string) ([]string, error) {
	var list []string
	for name := range strings.SplitSeq(column, "|") {
		name = strings.TrimSpace(name)
		if name == "" {
			if column == "" {
				break
			}
			return nil, fmt.Errorf("names %q: nothing between two |", column)
		}
		if bare, _ := names.Signs(name); !names.HasWords(bare) {
			return nil, fmt.Errorf("name %q has no letters", name)
		} else if utf8.RuneCountInString(bare) < minName {
			return nil, fmt.Errorf("name %q would be found everywhere: want %d letters at least", name, minName)
		}
		list = append(list, name)
	}
	return list, nil
}
