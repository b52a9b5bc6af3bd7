package press

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// serveFeed answers a poll, with what is wrong with the feed.
func (w *World) serveFeed(out http.ResponseWriter, r *http.Request, f *Feed, now time.Time) {
	switch f.Fault {
	case NoDNS:
		http.Error(out, "no such host", http.StatusBadGateway)
	case Refused:
		panic(http.ErrAbortHandler) // closes the connection
	case NotFound:
		http.NotFound(out, r)
	case Gone:
		http.Error(out, "gone", http.StatusGone)
	case Moved, Found:
		w.redirect(out, r, f, now)
	case Throttled:
		w.throttle(out, r, f, now)
	case Busy:
		if f.sometimes(now) {
			out.Header().Set("Retry-After", "120")
			http.Error(out, "busy", http.StatusServiceUnavailable)
			return
		}
		w.answer(out, r, f, now)
	case SometimesHTML:
		if f.sometimes(now) {
			out.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(out, "<!doctype html><title>Checking your browser</title><p>One moment, please.")
			return
		}
		w.answer(out, r, f, now)
	case SlowServer:
		select {
		case <-time.After(w.options.Slow):
			w.answer(out, r, f, now)
		case <-r.Context().Done():
		}
	default:
		w.answer(out, r, f, now)
	}
}

func (w *World) redirect(out http.ResponseWriter, r *http.Request, f *Feed, now time.Time) {
	if r.URL.Path == f.movedPath() {
		w.answer(out, r, f, now)
		return
	}
	code := http.StatusMovedPermanently
	if f.Fault == Found {
		code = http.StatusFound
	}
	http.Redirect(out, r, "http://"+f.host+f.movedPath(), code)
}

// sometimes is true for one of sixteen stretches of ten minutes.
func (f *Feed) sometimes(now time.Time) bool {
	return mix(uint64(f.Number)<<32^uint64(now.Unix()/600))%16 == 0
}

// askedTimes remembers when throttled feeds were asked.
type askedTimes struct {
	mu   sync.Mutex
	last map[int]time.Time
}

// throttle turns down who asks too soon, in seconds or with a date.
func (w *World) throttle(out http.ResponseWriter, r *http.Request, f *Feed, now time.Time) {
	w.asked.mu.Lock()
	since := now.Sub(w.asked.last[f.Number])
	if since >= w.options.Throttle {
		w.asked.last[f.Number] = now
	}
	w.asked.mu.Unlock()
	if since >= w.options.Throttle {
		w.answer(out, r, f, now)
		return
	}
	again := w.options.Throttle - since + time.Second
	if f.Number%2 == 0 {
		out.Header().Set("Retry-After", now.Add(again).UTC().Format(http.TimeFormat))
	} else {
		out.Header().Set("Retry-After", strconv.Itoa(int(again.Seconds())))
	}
	http.Error(out, "too many requests", http.StatusTooManyRequests)
}

// answer sends the feed, or says that it is the same as before.
func (w *World) answer(out http.ResponseWriter, r *http.Request, f *Feed, now time.Time) {
	shown := w.rendition(f, f.cachedSince(now))
	header := out.Header()
	header.Set("Content-Type", f.mediaType())
	if f.MaxAge > 0 {
		header.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(f.MaxAge.Seconds())))
		header.Set("Age", strconv.Itoa(int(now.Sub(f.cachedSince(now)).Seconds())))
	}
	etag, modified := f.validators(shown, now)
	if etag != "" {
		header.Set("ETag", etag)
	}
	if modified != "" {
		header.Set("Last-Modified", modified)
	}
	if same(r, etag, modified) {
		out.WriteHeader(http.StatusNotModified)
		return
	}
	body := shown.body
	if f.Fault == FreshGUIDs {
		body = w.render(f, shown.items, shown.at, strconv.FormatInt(now.UnixNano(), 36))
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = out.Write(body) // who asked may have gone
}

// validators are those the server sends, true or not.
func (f *Feed) validators(shown *rendition, now time.Time) (etag, modified string) {
	switch f.Fault {
	case NoValidators:
		return "", ""
	case StuckETag:
		return `"1"`, ""
	case FreshETag, FreshGUIDs:
		return `"` + strconv.FormatInt(now.UnixNano(), 36) + `"`, ""
	case FutureModified:
		return "", now.AddDate(1, 0, 0).UTC().Format(http.TimeFormat)
	}
	return shown.etag, shown.modified
}

// same reports whether who asks knows what is shown (RFC 9110, section 13.2.2).
func same(r *http.Request, etag, modified string) bool {
	if known := r.Header.Get("If-None-Match"); known != "" {
		return known == etag
	}
	known := r.Header.Get("If-Modified-Since")
	return known != "" && known == modified
}

func (f *Feed) mediaType() string {
	if f.Fault == WrongCharset {
		return mediaTypes[f.Format] + "; charset=iso-8859-1"
	}
	return mediaTypes[f.Format] + "; charset=utf-8"
}

// rendition is a feed as it is sent while it shows the same.
type rendition struct {
	at, until      time.Time
	items          []Item
	body           []byte
	etag, modified string
}

// renderCache keeps renditions, up to some bytes together.
type renderCache struct {
	mu    sync.Mutex
	kept  map[int]*rendition
	bytes int
	limit int
}

// rendition returns the feed as it is at a moment.
func (w *World) rendition(f *Feed, at time.Time) *rendition {
	if shown := w.rendered.get(f.Number, at); shown != nil {
		return shown
	}
	shown := &rendition{at: at}
	shown.items, shown.until = w.Shown(f.Number, at)
	shown.body = w.render(f, shown.items, at, "")
	newest := at.AddDate(0, 0, -30)
	if len(shown.items) > 0 {
		newest = shown.items[0].At
	}
	shown.etag = fmt.Sprintf(`"%x-%x"`, f.Number, newest.Unix()*1000+int64(len(shown.items)))
	shown.modified = newest.UTC().Format(http.TimeFormat)
	w.rendered.put(f.Number, shown)
	return shown
}

func (c *renderCache) get(feed int, at time.Time) *rendition {
	c.mu.Lock()
	defer c.mu.Unlock()
	if shown := c.kept[feed]; shown != nil && !at.Before(shown.at) && at.Before(shown.until) {
		return shown
	}
	return nil
}

// put keeps a rendition, in the place of the feed's last one and of any others
// that there is no room for.
func (c *renderCache) put(feed int, shown *rendition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(feed)
	c.kept[feed] = shown
	c.bytes += len(shown.body)
	for other := range c.kept {
		if c.bytes <= c.limit {
			return
		}
		c.drop(other)
	}
}

func (c *renderCache) drop(feed int) {
	if old := c.kept[feed]; old != nil {
		c.bytes -= len(old.body)
		delete(c.kept, feed)
	}
}

// wrongly gives text the bytes that its label denies.
func (f *Feed) wrongly(body []byte) []byte {
	if f.Fault != WrongCharset || f.Number%2 == 0 {
		return body // UTF-8, whatever the header says
	}
	encoding := charmap.Windows1252
	if f.Lang == "ar" {
		encoding = charmap.Windows1256
	}
	if encoded, err := encoding.NewEncoder().Bytes(body); err == nil {
		return encoded
	}
	return body
}
