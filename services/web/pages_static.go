package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// assets are the static files, under names that change with their content, so
// that a browser may keep them forever.
type assets struct {
	names map[string]string // the name in a URL, by that of the file
	files map[string][]byte // by the name in a URL
}

func newAssets(files fs.FS) (assets, error) {
	a := assets{map[string]string{}, map[string][]byte{}}
	list, err := fs.Glob(files, "static/*")
	if err != nil {
		return a, fmt.Errorf("static files: %w", err)
	}
	for _, file := range list {
		content, err := fs.ReadFile(files, file)
		if err != nil {
			return a, fmt.Errorf("static files: %w", err)
		}
		base, hash := path.Base(file), sha256.Sum256(content)
		name := strings.TrimSuffix(base, path.Ext(base)) + "." + hex.EncodeToString(hash[:6]) + path.Ext(base)
		a.names[base], a.files[name] = name, content
	}
	return a, nil
}

// url is where a file is served. It is an error to ask for one that is not there.
func (a assets) url(file string) (string, error) {
	name, ok := a.names[file]
	if !ok {
		return "", fmt.Errorf("no static file %q", file)
	}
	return "/static/" + name, nil
}

// ServeHTTP serves GET /static/{name}.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	content, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // the reader went away
}
