package body

import "sync"

// marks are kinds of names that authors of pages give to elements, as bits.
type marks uint32

const (
	markBody marks = 1 << iota
	markLead
	markComment
	markRelated
	markShare
	markNav
	markAd
	markCaption
	markByline
	markTags
	markNewsletter
	markWall
	markConsent
	markMedia
	markTitle
	markDate
	markWidget
	markList
	markQuote
	markPrint
	markCount = iota
)

// names are parts of class names and ids, by what they tell. English is what pages
// are written in, whatever language they show; the others are the frequent ones.
var names = map[marks][]string{
	markBody: {"article", "artikel", "articulo", "articolo", "entry", "post", "story", "content", "inhalt", "contenu", "cuerpo", "corpo", "body", "text",
		"texte", "main", "paragraph", "richtext", "wysiwyg", "prose", "news-detail", "detail"},
	markLead: {"standfirst", "lead", "lede", "intro", "chapo", "chapeau", "vorspann", "subtitle", "sub-title", "subhead", "sub-head", "dek", "summary", "excerpt",
		"abstract", "teaser", "kicker", "bajada", "entradilla", "sommario", "ingress", "deck", "strap", "synopsis", "description", "perex", "anriss"},
	markComment: {"comment", "disqus", "kommentar", "commentaire", "respond", "discussion", "forum", "reply", "opinions", "livefyre", "guestbook"},
	markRelated: {"related", "recommend", "more-", "-more", "readmore", "read-more", "read-also", "readalso", "similar", "suggest", "also", "latest", "popular", "trending", "most-", "mostread", "promo", "outbrain", "taboola", "mehr-", "weitere", "verwandt", "lire-aussi", "teaser", "next-", "upnext", "up-next", "prev", "carousel", "slider", "swiper", "card", "feed", "stream", "listing", "archive", "crosslink", "inline-link", "seealso", "see-also", "linkbox", "linklist"},
	markShare:   {"share", "sharing", "social", "follow", "facebook", "twitter", "whatsapp", "telegram", "addthis", "addtoany", "bookmark", "teilen", "like", "rating", "vote", "poll"},
	markNav:     {"nav", "menu", "breadcrumb", "header", "footer", "sidebar", "side-bar", "pagination", "pager", "toolbar", "skip", "masthead", "topbar", "search", "toc", "tableofcontents", "language", "sitemap", "colophon", "copyright", "legal", "disclaimer", "contact"},
	markAd:      {"advert", "-ad-", "ad-", "ads-", "-ads", "_ad_", "sponsor", "banner", "werbung", "anzeige", "publicidad", "dfp", "gpt-", "adslot", "affiliate", "commercial", "product", "shop", "price", "buy"},
	markCaption: {"caption", "credit", "figure", "photo", "image", "gallery", "bild", "thumb", "legend", "copyright", "wp-caption", "lightbox", "slideshow"},
	markByline: {"byline", "author", "autor", "auteur", "bio", "writer", "contributor", "signature", "profile", "vcard", "avatar", "about-the", "staff", "source", "credits",
		"firma", "yazar", "ecrit", "reporter", "redact", "journalist", "correspond"},
	markTags:       {"tag", "topic", "categor", "keyword", "label", "rubrik", "section-name", "hashtag", "themes", "cat-links"},
	markNewsletter: {"newsletter", "subscribe", "subscription", "signup", "sign-up", "mailing", "abonn", "email", "optin", "opt-in", "mailchimp", "cta", "call-to-action", "app-promo", "download"},
	markWall:       {"paywall", "premium", "piano", "regwall", "login", "log-in", "register", "sign-in", "signin", "password", "account", "member"},
	markConsent:    {"cookie", "consent", "gdpr", "privacy", "modal", "popup", "pop-up", "overlay", "dialog", "toast", "notice", "alert", "notification", "onetrust", "warning"},
	markMedia:      {"video", "audio", "player", "podcast", "embed", "playlist", "media", "tweet", "instagram", "youtube", "iframe", "listen", "transcript"},
	markTitle:      {"title", "headline", "heading", "titre", "titulo", "titel"},
	markDate:       {"date", "time", "publish", "meta", "info", "updated", "dateline", "postmetadata", "datum"},
	markWidget:     {"widget", "box", "module", "aside", "sidebar", "rail", "secondary", "infobox", "factbox", "toolbox", "block-", "right-", "left-", "sticky", "extra", "supplement", "bottom", "footnote", "weather", "quiz", "game", "calendar", "stock", "faq", "accordion", "tab-", "tabs"},
	markList:       {"list", "item", "grid", "row", "col-", "column"},
	markQuote:      {"quote", "pullquote", "pull-quote", "zitat", "citation", "blockquote", "highlight", "callout", "key-point", "keypoint", "bullet", "takeaway"},
	markPrint:      {"print", "hidden", "hide", "invisible", "sr-only", "screen-reader", "visually", "offscreen", "noprint", "no-print", "d-none", "collapse", "tooltip"},
}

// automaton finds any of a set of words in one pass over a string (Aho and
// Corasick 1975, "Efficient string matching"). It knows a–z in either case, "-"
// and "_", which count as the same; other bytes separate.
type automaton struct {
	next []([symbols]uint16)
	out  []marks
}

const symbols = 28

var symbol = func() (table [256]uint8) {
	for c := range 26 {
		table['a'+c], table['A'+c] = uint8(c+1), uint8(c+1)
	}
	table['-'], table['_'] = 27, 27
	return table
}()

var keywords = sync.OnceValue(func() *automaton { return newAutomaton(names) })

func newAutomaton(words map[marks][]string) *automaton {
	a := &automaton{next: make([][symbols]uint16, 1), out: make([]marks, 1)}
	for mark, list := range words {
		for _, word := range list {
			a.insert(word, mark)
		}
	}
	a.link()
	return a
}

func (a *automaton) insert(word string, mark marks) {
	state := uint16(0)
	for i := range len(word) {
		s := symbol[word[i]]
		if a.next[state][s] == 0 {
			a.next = append(a.next, [symbols]uint16{})
			a.out = append(a.out, 0)
			a.next[state][s] = uint16(len(a.next) - 1)
		}
		state = a.next[state][s]
	}
	a.out[state] |= mark
}

// link makes every missing transition that of the longest suffix.
func (a *automaton) link() {
	fail := make([]uint16, len(a.next))
	queue := []uint16{0}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for s := range a.next[state] {
			to := a.next[state][s]
			switch {
			case to == 0 && state != 0:
				a.next[state][s] = a.next[fail[state]][s]
			case to != 0:
				if state != 0 {
					fail[to] = a.next[fail[state]][s]
				}
				a.out[to] |= a.out[fail[to]]
				queue = append(queue, to)
			}
		}
		a.next[state][0] = 0
	}
}

// find is the marks of all words in s.
func (a *automaton) find(s string) (m marks) {
	state := uint16(0)
	for i := range len(s) {
		state = a.next[state][symbol[s[i]]]
		m |= a.out[state]
	}
	return m
}
