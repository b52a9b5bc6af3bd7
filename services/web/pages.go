package web

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed templates/*.html
var templateFiles embed.FS

// layoutFiles are parsed into every page; pageFiles define its title and content.
var (
	layoutFiles = []string{"templates/layout.html", "templates/parts.html"}
	pageFiles   = []string{"articles", "article", "stories", "story", "sources", "source", "error"}
)

// contentPolicy lets a page load our style sheet and pictures, and nothing else:
// no script, no frame, nothing of another site.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// pages answers requests of people's browsers. It reads through the same
// methods as the API.
type pages struct {
	*Service
	templates map[string]*template.Template
	countries []option
}

// view is one page to be shown: a template of pageFiles and its data.
type view struct {
	Status  int    // 0: 200
	Page    string // one of pageFiles
	Section string // the part of the navigation that it belongs to
	Data    any
}

func (s *Service) registerPages(mux *http.ServeMux) error {
	assets, err := newAssets(staticFiles)
	if err != nil {
		return err
	}
	templates, err := parseTemplates(templateFiles, assets)
	if err != nil {
		return err
	}
	p := &pages{Service: s, templates: templates, countries: countryOptions()}
	mux.HandleFunc("GET /{$}", p.show(p.articles))
	mux.HandleFunc("GET /articles/{id}", p.show(p.article))
	mux.HandleFunc("GET /stories", p.show(p.stories))
	mux.HandleFunc("GET /stories/{id}", p.show(p.story))
	mux.HandleFunc("GET /sources", p.show(p.sources))
	mux.HandleFunc("GET /sources/{ref}", p.show(p.source))
	mux.HandleFunc("GET /", p.show(p.nothing))
	mux.HandleFunc("GET /api/", noOperation)
	mux.Handle("GET /static/{name}", secured(assets))
	return nil
}

// parseTemplates makes one template of each page and the layout around it.
func parseTemplates(files fs.FS, assets assets) (map[string]*template.Template, error) {
	layout, err := template.New("layout.html").Funcs(words).Funcs(template.FuncMap{"asset": assets.url}).ParseFS(files, layoutFiles...)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	templates := make(map[string]*template.Template, len(pageFiles))
	for _, page := range pageFiles {
		t, err := layout.Clone()
		if err == nil {
			t, err = t.ParseFS(files, "templates/"+page+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		templates[page] = t
	}
	return templates, nil
}

// show serves what f makes of a request. An error of f becomes a page too.
func (p *pages) show(f func(*http.Request) (view, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		if err != nil {
			v = p.failure(r, err)
		}
		p.render(w, r, v)
	}
}

// render writes a page whole, or not at all.
func (p *pages) render(w http.ResponseWriter, r *http.Request, v view) {
	secure(w.Header())
	var page bytes.Buffer
	if err := p.templates[v.Page].Execute(&page, v); err != nil {
		p.log.Error("render a page", "page", v.Page, "path", r.URL.Path, "error", err)
		http.Error(w, "This page could not be made. The log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(page.Len()))
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(cmp.Or(v.Status, http.StatusOK))
	_, _ = page.WriteTo(w) // the reader went away
}

// secure sets the headers that every answer to a browser carries.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		next.ServeHTTP(w, r)
	})
}

// failed is the data of the error page.
type failed struct {
	Title, Message string
}

// failure is the page that tells of an error. What the store says of itself is
// for the log: it may name files and hosts.
func (p *pages) failure(r *http.Request, err error) view {
	status := statusOf(err)
	data := failed{"This did not work", sentence(err)}
	switch {
	case status == http.StatusNotFound:
		data.Title = "Not found"
	case status >= http.StatusInternalServerError:
		data = failed{"Not available right now", "The store cannot be read at the moment. Try again in a minute; the log of the process says more."}
		if r.Context().Err() == nil {
			p.log.Warn("a page could not be shown", "path", r.URL.Path, "error", err)
		}
	}
	return view{Status: status, Page: "error", Data: data}
}

// statusOf is the HTTP status of an error, as the API gives it.
func statusOf(err error) int {
	if known := expected(err); known != nil {
		return known.GetStatus()
	}
	return http.StatusServiceUnavailable
}

// sentence makes an error message a sentence for a reader. The names of
// parameters, with which some begin, are left out.
func sentence(err error) string {
	message := err.Error()
	for _, parameter := range []string{"q: ", "since: ", "until: ", "before: ", "country: ", "lang: ", "topic: "} {
		message = strings.TrimPrefix(message, parameter)
	}
	return capital(message) + "."
}

func (p *pages) nothing(*http.Request) (view, error) {
	return view{}, huma.Error404NotFound("there is no page at this address")
}

// noOperation answers programs, for which a page is no use.
func noOperation(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "there is no such operation: /openapi.json lists them", http.StatusNotFound)
}
