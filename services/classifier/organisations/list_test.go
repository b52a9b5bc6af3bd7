package organisations

import (
	"slices"
	"strings"
	"testing"

	"marsad/pkg/names"
	"marsad/pkg/places"
	"marsad/pkg/text"
)

func TestDefaultIsWellFormed(t *testing.T) {
	const atLeast = 450
	ids, n := map[string]bool{}, 0
	owner := map[string]string{} // of names without conditions
	institutions := map[string]bool{}
	for _, r := range Default().rows {
		institutions[r.id] = strings.HasPrefix(r.id, "@")
	}
	for _, r := range Default().rows {
		if r.id == different {
			continue
		}
		if ids[r.id] {
			t.Errorf("line %d: id %s is there twice", r.line, r.id)
		}
		ids[r.id] = true
		if !strings.HasPrefix(r.id, "@") {
			n++
		}
		if code, kind, ok := strings.Cut(r.id, "-"); ok && institutions["@"+kind] && places.Name(strings.ToUpper(code)) != "" && r.institution != "@"+kind {
			t.Errorf("line %d: %s would be the institution @%s of %s", r.line, r.id, kind, code)
		}
		for language, list := range r.names {
			if len(list) == 0 {
				t.Errorf("line %d: %s has no names in language %d", r.line, r.id, language)
			}
			for _, name := range list {
				key, when := folded(name)
				if strings.Contains(name, hole) {
					continue
				}
				if other := owner[key]; other != "" && other != r.id && when&(names.Weak|names.Clue) == 0 {
					t.Errorf("line %d: %q is a name of %s and of %s", r.line, name, other, r.id)
				}
				if when&(names.Weak|names.Clue) == 0 {
					owner[key] = r.id
				}
			}
		}
	}
	if n < atLeast {
		t.Errorf("%d organisations, want %d", n, atLeast)
	}
}

func folded(name string) (string, names.Condition) {
	name, when := names.Signs(name)
	var words []string
	for token := range text.Tokens(name) {
		words = append(words, token.Text)
	}
	return strings.Join(words, " "), when
}

func TestEveryNameFindsItsOrganisation(t *testing.T) {
	f := newFinder(t)
	for _, r := range Default().rows {
		if r.id == different || strings.HasPrefix(r.id, "@") {
			continue
		}
		for _, list := range r.names {
			for _, name := range list {
				name, when := names.Signs(name)
				article := name
				if when&names.Weak != 0 {
					article = firmName(r) + ". " + name
				}
				if when&names.Clue == 0 && !slices.Contains(ids(f, "", article), r.id) {
					t.Errorf("line %d: %q finds %v, want %s", r.line, article, ids(f, "", article), r.id)
				}
			}
		}
	}
}

// firmName is a name of an organisation without conditions.
func firmName(r row) string {
	for _, list := range r.names {
		for _, name := range list {
			if name, when := names.Signs(name); when&(names.Weak|names.Clue) == 0 {
				return name
			}
		}
	}
	return ""
}

func ids(f *Finder, title, body string) []string {
	var ids []string
	for _, o := range f.Find(title, body) {
		ids = append(ids, o.ID)
	}
	return ids
}

func newFinder(t testing.TB, lists ...*List) *Finder {
	t.Helper()
	f, err := New(append([]*List{Default()}, lists...)...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"columns", "acme\tcompany", "own.tsv:1: 2 columns: want"},
		{"line", "# mine\n\nacme\tcompany\t\tAcme\n\tcompany\t\tB", `own.tsv:4: id ""`},
		{"id", "Acme Ltd\tcompany\t\tAcme", `id "Acme Ltd": want small letters`},
		{"kind", "acme\tfirm\t\tAcme", `kind "firm": want one of agency,`},
		{"country", "acme\tcompany\tMorocco\tAcme", `country "Morocco": want a code of two capitals`},
		{"no names", "acme\tcompany\tMA\t\t\t", "no names: give one"},
		{"empty name", "acme\tcompany\tMA\tAcme||Acme Ltd", "nothing between two |"},
		{"name of signs", "acme\tcompany\tMA\tAcme|^?", `name "^?" has no letters`},
		{"name of punctuation", "acme\tcompany\tMA\t—", `name "—" has no letters`},
		{"one letter", "acme\tcompany\tMA\ta", `name "a" would be found everywhere`},
		{"id twice", "acme\tcompany\tMA\tAcme\nacme\tcompany\tMA\tAcme Ltd", `own.tsv:2: id "acme" stands in line 1 already`},
		{"institution of one country", "@guard\tarmed_forces\tMA\tNational Guard", `country "MA": the institution @guard is of every country: want *`},
		{"institution without country", "acme\tarmed_forces\t\tAcme\t\t\t@forces", "of which country?"},
		{"institution not an id", "acme\tarmed_forces\tMA\tAcme\t\t\tforces", `institution "forces": want the id of one, as in @forces`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse(strings.NewReader(tt.file), "own.tsv"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	own, err := Parse(strings.NewReader("\ufeffacme\tarmed_forces\tMA\tAcme\t\t\t@marines\r\n"), "own.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Default(), own); err == nil || err.Error() != `own.tsv:1: institution "@marines": no row has this id` {
		t.Errorf("error %v", err)
	}
}

func TestOwnListAddsAndReplaces(t *testing.T) {
	const file = `un	un		The UN	Nations Unies du monde	منظمة الأمم
acme	company	MA	Acme Maroc		أكمي
@marines	armed_forces	*	Marines|marines		مشاة البحرية
`
	own, err := Parse(strings.NewReader(file), "own.tsv")
	if err != nil {
		t.Fatal(err)
	}
	f := newFinder(t, own)
	if got := f.Find("", "منظمة الأمم والأمم المتحدة"); len(got) != 1 || got[0].ID != "un" || got[0].Mentions != 2 || got[0].Name != "The UN" {
		t.Errorf("got %+v, want The UN twice", got)
	}
	if got := ids(f, "", "شركة أكمي ومشاة البحرية الأمريكية"); !slices.Equal(got, []string{"acme", "us-marines"}) {
		t.Errorf("got %v, want acme and us-marines", got)
	}
	if o, ok := f.Organisation("us-marines"); !ok || o.Name != "Marines (United States)" || o.Country != "US" || o.Kind != "armed_forces" {
		t.Errorf("got %+v", o)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("acme\tcompany\tMA\tAcme|^?ACM\tAcmé\tأكمي\t@forces\n# x\n-\t\t\tAcme Road")
	f.Add("@a\tagency\t*\tx * y|*|* z\n@a\tagency\t*\tx")
	f.Fuzz(func(t *testing.T, file string) {
		list, err := Parse(strings.NewReader(file), "own.tsv")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "own.tsv:") {
				t.Fatalf("error %q does not say where", err)
			}
			return
		}
		finder, err := New(list)
		if err != nil {
			return
		}
		for _, r := range list.rows {
			if r.label() == "" {
				t.Fatalf("row %+v has no label", r)
			}
		}
		finder.Find(file, "المغرب "+file)
	})
}
